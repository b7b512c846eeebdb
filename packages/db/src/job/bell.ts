import type { PgClient } from "@effect/sql-pg"
import { Effect, Schedule, Scope, Stream } from "effect"

/** What everybody who waits for work listens to. */
const channel = "domainflow_jobs"

/** How often a listener says something to itself. */
const echoInterval = "10 seconds"

/** A listener that has not heard even its own echo for so long is deaf, whatever its connection says. */
const deafAfter = "25 seconds"

/** A new listener is tried so often while the server is away. */
const again = "1 second"

const echo = "echo"

/**
 * Emits at every ring, and once at the beginning of every new listener, since what rang meanwhile was not heard. A
 * connection that was cut, or that is open at this end only, is noticed and made anew.
 */
const listen = (sql: PgClient.PgClient): Stream.Stream<void> =>
  Stream.unwrap(
    Effect.gen(function* () {
      // What is open at this end only cannot be closed in good order: nobody waits for that.
      const scope = yield* Scope.make()
      yield* Effect.addFinalizer((exit) => Effect.forkDetach(Scope.close(scope, exit)))
      const heard = yield* sql.listen(channel).pipe(Scope.provide(scope), Effect.timeout(deafAfter))
      yield* sql
        .notify(channel, echo)
        .pipe(Effect.ignore, Effect.delay(echoInterval), Effect.forever, Effect.forkScoped)
      return Stream.fromQueue(heard).pipe(
        Stream.timeoutOrElse({ duration: deafAfter, orElse: () => Stream.fail("deaf" as const) }),
        Stream.filter(({ payload }) => payload !== echo),
        Stream.map(() => undefined),
        Stream.merge(Stream.make(undefined))
      )
    })
  ).pipe(
    // A listener that ends without an error is as silent as one that failed.
    Stream.concat(Stream.fail("ended" as const)),
    Stream.retry(Schedule.spaced(again)),
    Stream.orDie
  )

export const bell = { channel, listen }
