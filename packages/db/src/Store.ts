import { StoreError } from "@domainflow/core/StoreError"
import { isTraced, traced } from "@domainflow/core/Traced"
import { type Cause, Context, Duration, Effect, Fiber, References, Schedule, Schema } from "effect"
import { type SqlClient, SqlError } from "effect/sql"
import { Deadlines } from "./Deadlines.ts"

/** Everything `effect/sql` can answer besides rows. */
export type Failure = SqlError.SqlError | Schema.SchemaError

/**
 * How long one try of a method may take before its connection counts as lost: 30 seconds unless said. A connection that is
 * open at this end only answers nothing and fails by nothing else for a quarter of an hour; the try after it gets another.
 */
export const Limit = Context.Reference<Duration.Duration>("@domainflow/db/Store/Limit", {
  defaultValue: () => Duration.seconds(30)
})

export interface GuardOptions {
  /** What grows with what is stored may take its time: it has no limit. */
  readonly unhurried?: boolean
}

/**
 * The border of every method that asks PostgreSQL: names its span, bounds and retries what may pass, and leaves one
 * `StoreError` beside the errors of the domain.
 *
 * It stands outside the transaction, which is tried again as a whole. A guard inside another one leaves the trying
 * again to the outer one, since a transaction that failed answers nothing more.
 */
export const guard = (operation: string, { unhurried = false }: GuardOptions = {}) => {
  const spanned = traced(operation)
  return <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, StoreError | Exclude<E, Failure>, R> => {
    const attempt = Effect.catchCause(effect, (cause) => told(operation, cause))
    const bounded = unhurried ? Effect.provideService(attempt, Guarded, true) : within(operation, attempt)
    // Nearly every method does with one try, and pays for no schedule.
    const again = Effect.catchIf(bounded, isPassing, (first) => {
      let tries = 0
      const later = Effect.provideService(bounded, Later, true)
      const next = Effect.suspend(() => (tries++ === 0 ? Effect.fail(first) : later))
      return Effect.retry(next, { schedule: backoff, while: isPassing })
    })
    return spanned(Effect.withFiber((caller) => (caller.getRef(Guarded) ? attempt : again)))
  }
}

/**
 * Makes, under a mark that was drawn before any try, what an earlier try may have made: one whose COMMIT was not answered has
 * committed or has not. A later try that is refused, by an error or by `null` or `false`, looks for what it would make, and
 * answers that where it is there.
 *
 * Put it between the transaction and `guard`. `made` answers undefined where there is nothing.
 */
export const once =
  <B, E2, R2>(made: Effect.Effect<B | undefined, E2, R2>) =>
  <A, E, R>(make: Effect.Effect<A, E, R>): Effect.Effect<A | B, E | E2, R | R2> => {
    const orMade = Effect.matchEffect(make, {
      onFailure: (refused) =>
        Effect.flatMap(
          made,
          (found): Effect.Effect<B, E> => (found === undefined ? Effect.fail(refused) : Effect.succeed(found))
        ),
      onSuccess: (answer): Effect.Effect<A | B, E2, R2> =>
        answer === null || answer === false
          ? Effect.map(made, (found) => (found === undefined ? answer : found))
          : Effect.succeed(answer)
    })
    return Effect.withFiber((caller): Effect.Effect<A | B, E | E2, R | R2> => (caller.getRef(Later) ? orMade : make))
  }

/**
 * Turns violations of named constraints into errors of the domain; put it before `guard`.
 *
 * The names are those of the migrations. Adopting an older database renames its constraints to them.
 */
export const onConstraint =
  <E2>(errors: Readonly<Record<string, () => E2>>) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | E2, R> =>
    Effect.mapError(effect, (error) => {
      const name = SqlError.isSqlError(error) ? violated(error) : undefined
      const toDomain = name === undefined ? undefined : errors[name]
      return toDomain === undefined ? error : toDomain()
    })

/**
 * Reads a page in the order of its index.
 *
 * PostgreSQL believes a campaign that is younger than its statistics to be empty, and would rather sort those few rows:
 * all of them, for every page. Here a plan that sorts is not considered.
 */
export const byIndex =
  (sql: SqlClient.SqlClient) =>
  <A, E, R>(read: Effect.Effect<A, E, R>): Effect.Effect<A, E | SqlError.SqlError, R> =>
    sql.withTransaction(Effect.andThen(sql`select set_config('enable_sort', 'off', true)`, read))

/** What a change has to reckon with, at a price. */
export interface Suspicions {
  /** Some of its rows may be there already. */
  readonly replayed: boolean
  /** Some rows that it names may have been removed. */
  readonly missing: boolean
}

/**
 * Makes a change in the belief that its rows are new and that all they name is there, which is nearly always so and is
 * cheaper to write. Where a key says otherwise the change is made again, whole, with that suspicion.
 */
export const believing = <A, E, R>(
  change: (suspicions: Suspicions) => Effect.Effect<A, E, R>,
  suspicions: Suspicions = { replayed: false, missing: false }
): Effect.Effect<A, E, R> =>
  Effect.catch(change(suspicions), (error) => {
    const state = SqlError.isSqlError(error) ? sqlState(error) : undefined
    if (state === uniqueViolation && !suspicions.replayed) return believing(change, { ...suspicions, replayed: true })
    if (state === foreignKeyViolation && !suspicions.missing) return believing(change, { ...suspicions, missing: true })
    return Effect.fail(error)
  })

const uniqueViolation = "23505"
const foreignKeyViolation = "23503"

/** The SQLSTATE that PostgreSQL gave, such as `40P01`; undefined where it never came to an answer. */
export const sqlState = (error: SqlError.SqlError): string | undefined => field(error, "code")

/** The name of the constraint that refused a row. */
export const violated = (error: SqlError.SqlError): string | undefined => field(error, "constraint")

/** Whether the same statement may succeed a moment later. */
export const isRetryable = (error: SqlError.SqlError): boolean =>
  error.reason.isRetryable || passing.test(sqlState(error) ?? "")

/**
 * What PostgreSQL said, without what we told it: `detail` and the messages of data exceptions (class 22) quote values,
 * and a value may be a secret.
 */
export const inWords = (error: SqlError.SqlError): string => {
  const { reason } = error
  const state = sqlState(error)
  const constraint = violated(error)
  const said = reason.cause instanceof Error && !state?.startsWith("22") ? reason.cause.message : reason.message
  return [
    `${reason._tag}${state === undefined ? "" : ` ${state}`}: ${said ?? "no message"}`,
    ...(constraint === undefined ? [] : [`constraint ${constraint}`])
  ].join("; ")
}

/**
 * What a method failed with, as it may be told. A connection that breaks inside a transaction cannot roll it back, which
 * `withTransaction` takes for a defect. It is none: the server has rolled back already.
 */
const told = <E>(operation: string, cause: Cause.Cause<E>): Effect.Effect<never, StoreError | Exclude<E, Failure>> => {
  const failure = cause.reasons.find((reason) => reason._tag === "Fail")
  if (failure !== undefined) return Effect.fail(toStoreError(operation, failure.error))
  const broken = cause.reasons.find((reason) => reason._tag === "Die" && SqlError.isSqlError(reason.defect))
  if (broken?._tag === "Die") return Effect.fail(toStoreError(operation, broken.defect as SqlError.SqlError))
  // No failure is in it.
  return Effect.failCause(cause as Cause.Cause<never>)
}

/**
 * An attempt in a fiber of its own, for which its caller waits as long as `Limit` says.
 *
 * Interrupted, a statement is cancelled at the server, and a connection that takes no part in that is given up. That takes
 * its time, for which nobody waits here.
 */
const within = <A, E, R>(operation: string, attempt: Effect.Effect<A, E, R>): Effect.Effect<A, E | StoreError, R> =>
  Effect.withFiber((caller) =>
    Effect.callback((resume) => {
      const limit = caller.getRef(Limit)
      const deadlines = Deadlines.after(Duration.toMillis(limit))
      const trying = Effect.runForkWith(inside<R>(caller))(attempt)
      const deadline = deadlines.set(() => {
        const cause = new Error(`no answer within ${Duration.format(limit)}`)
        // Before it is given up: what gives up at once, such as waiting for a connection, would say that it was interrupted.
        resume(Effect.fail(new StoreError({ operation, retryable: true, cause })))
        trying.interruptUnsafe()
      })
      trying.addObserver((exit) => {
        deadline.putOff()
        resume(exit)
      })
      // Whoever is interrupted gives the statement a moment to end in good order.
      return Effect.suspend(() => {
        deadline.putOff()
        return Effect.timeoutOption(Effect.interruptible(Fiber.interrupt(trying)), farewell)
      })
    })
  )

/**
 * What an attempt runs with: all that its caller has, who has what it asks for. Without a tracer of the host's the driver
 * need not describe its statements, which would be told to nobody.
 */
const inside = <R>(caller: Fiber.Fiber<unknown, unknown>): Context.Context<R> => {
  const marked = Context.add(caller.context as Context.Context<R>, Guarded, true)
  return isTraced(caller) ? marked : Context.add(marked, References.TracerEnabled, false)
}

/** A statement that was cancelled has ended after a few milliseconds, or the driver gives its connection up after 5 seconds. */
const farewell = "6 seconds"

/** 50, 100, 200, 400 and 800 ms, each moved by up to a fifth: long enough for a deadlock or a restart of the server. */
const backoff = Schedule.exponential("50 millis").pipe(Schedule.jittered, Schedule.upTo({ times: 5 }))

/**
 * What the driver does not call retryable although it passes: out of resources (53, too many connections among them),
 * shutting down or starting (57P01 to 57P03), a server that was just demoted (25006), a transaction
 * that said nothing for too long (25P03).
 */
const passing = /^(53...|57P0[123]|25006|25P03)$/

/** True in every try of a guard but its first. */
const Later = Context.Reference<boolean>("@domainflow/db/Store/Later", { defaultValue: () => false })

/** True inside a guard. */
const Guarded = Context.Reference<boolean>("@domainflow/db/Store/Guarded", { defaultValue: () => false })

const field = (error: SqlError.SqlError, name: "code" | "constraint"): string | undefined => {
  const cause: unknown = error.reason.cause
  if (typeof cause !== "object" || cause === null || !(name in cause)) return undefined
  const value: unknown = Reflect.get(cause, name)
  return typeof value === "string" && value !== "" ? value : undefined
}

/** Whether a method that failed so may succeed a moment later. */
const isPassing = (error: unknown): error is StoreError => error instanceof StoreError && error.retryable

const toStoreError = <E>(operation: string, error: E): StoreError | Exclude<E, Failure> => {
  if (SqlError.isSqlError(error)) {
    return new StoreError({ operation, retryable: isRetryable(error), cause: new Error(inWords(error)) })
  }
  // The issue keeps the offending value; its message does not.
  if (Schema.isSchemaError(error)) {
    return new StoreError({ operation, retryable: false, cause: new Error(error.message) })
  }
  // What is left is no Failure; TypeScript does not narrow a type parameter.
  return error as Exclude<E, Failure>
}
