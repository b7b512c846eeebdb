import * as Chain from "@domainflow/core/audit/Chain"
import { AuthLog } from "@domainflow/core/auth/AuthLog"
import { Credentials } from "@domainflow/core/auth/Credentials"
import { PasswordResets } from "@domainflow/core/auth/PasswordResets"
import { Roles } from "@domainflow/core/auth/Roles"
import { SessionId } from "@domainflow/core/auth/Session"
import { Sessions } from "@domainflow/core/auth/Sessions"
import * as Token from "@domainflow/core/auth/Token"
import type { User } from "@domainflow/core/auth/User"
import { Users } from "@domainflow/core/auth/Users"
import * as KeyRing from "@domainflow/core/KeyRing"
import { client, freshEmail, manage, opened, type Ports, person, roles } from "@domainflow/core/testing/authFixture"
import { assert, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Redacted, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { layer as accounts } from "./support.ts"

const keys = KeyRing.make([{ id: "k1", bytes: Redacted.make(new Uint8Array(32).fill(1)) }])
const layer = accounts.pipe(Layer.provide(Layer.succeed(Chain.AuditKeys, keys)))

const unbound = { ip: false, userAgent: false }
const freshId = Effect.map(Token.mint, ({ hash }) => SessionId.make(hash))
const nextPassword = { hash: Redacted.make("the new hash"), pepperVersion: 3 }

/** Everything after which nobody may still have a session of before. */
const ends: Record<string, (user: User, id: SessionId) => Effect.Effect<unknown, unknown, Ports>> = {
  "logging out": (_, id) => Sessions.use((sessions) => sessions.end(id, "logout", client)),
  "logging out everywhere": ({ id }) => Sessions.use((sessions) => sessions.endAll(id, client)),
  "a lock": ({ id }) => Users.use((users) => users.lock(manage, id)),
  "a deactivation": ({ id }) => Users.use((users) => users.deactivate(manage, id)),
  "a new password": ({ id }) =>
    Credentials.use((credentials) =>
      Effect.flatMap(credentials.get(id), (account) =>
        credentials.change(id, account!.passwordHash, nextPassword, client)
      )
    ),
  "a reset": ({ email }) =>
    PasswordResets.use((resets) =>
      Effect.gen(function* () {
        const { hash } = yield* Token.mint
        yield* resets.offer(email, hash, client)
        return yield* resets.redeem(hash, nextPassword, client)
      })
    )
}

/** Does the first of two things, and commits it only when the second one waits for it. */
const overtaken = <A, E, R, B, E2, R2>(first: Effect.Effect<A, E, R>, second: Effect.Effect<B, E2, R2>) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const [done, go] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
    const one = yield* Effect.forkChild(
      sql.withTransaction(
        Effect.gen(function* () {
          const answer = yield* first
          yield* Deferred.succeed(done, undefined)
          yield* Deferred.await(go)
          return answer
        })
      )
    )
    yield* Effect.raceFirst(Deferred.await(done), Fiber.join(one))
    const two = yield* Effect.forkChild(second, { startImmediately: true })
    yield* sql`
      select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
    `.pipe(
      Effect.filterOrFail((waiting) => waiting.length > 0),
      Effect.retry({ schedule: Schedule.spaced("5 millis"), times: 2_000 })
    )
    yield* Deferred.succeed(go, undefined)
    return [yield* Fiber.join(one), yield* Fiber.join(two)] as const
  })

/** How often the database has broken a ring of those who waited for each other. */
const deadlocks = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  // Each connection reports by itself; all ten are kept busy so that all ten do.
  yield* Effect.forEach(Array.from({ length: 30 }), () => sql`select pg_stat_force_next_flush(), pg_sleep(0.02)`, {
    concurrency: "unbounded"
  })
  const [row] = yield* sql<{ deadlocks: bigint }>`
    select deadlocks from pg_stat_database where datname = current_database()
  `
  return row!.deadlocks
})

it.layer(layer, { timeout: "60 seconds", excludeTestServices: true })("at the same moment", (it) => {
  for (const [what, end] of Object.entries(ends)) {
    it.effect(`${what} ends a session that is just being given a new token`, () =>
      Effect.gen(function* () {
        const sessions = yield* Sessions
        const user = yield* person({ roles: roles("user") })
        const [{ id }, to] = [yield* opened(user.id), yield* freshId]

        const [rotated] = yield* overtaken(sessions.rotate(id, to), end(user, id))

        assert.isTrue(rotated)
        for (const each of [id, to]) assert.isFalse((yield* sessions.validate(each, client, unbound)).isValid)
      })
    )

    it.effect(`after ${what} nothing is given a new token`, () =>
      Effect.gen(function* () {
        const sessions = yield* Sessions
        const user = yield* person({ roles: roles("user") })
        const [{ id }, to] = [yield* opened(user.id), yield* freshId]

        const [, rotated] = yield* overtaken(end(user, id), sessions.rotate(id, to))

        assert.isFalse(rotated)
        assert.isFalse((yield* sessions.validate(to, client, unbound)).isValid)
      })
    )
  }

  it.effect("a link that is being sent to the old address does not outlive the change of address", () =>
    Effect.gen(function* () {
      const [resets, users] = [yield* PasswordResets, yield* Users]
      const { email, id } = yield* person()
      const { hash } = yield* Token.mint

      yield* overtaken(resets.offer(email, hash, client), users.update(manage, id, { email: freshEmail() }))

      assert.isNull(yield* resets.find(hash))
    })
  )

  it.effect("nobody waits for each other in a ring, whatever happens to one account", () =>
    Effect.gen(function* () {
      const [credentials, held, log, sessions] = [yield* Credentials, yield* Roles, yield* AuthLog, yield* Sessions]
      const [viewer] = roles("viewer")
      const { email, id } = yield* person()
      const before = yield* deadlocks
      const acts: ReadonlyArray<Effect.Effect<unknown, unknown, Ports>> = [
        opened(id),
        Effect.flatMap(opened(id), (old) => Effect.flatMap(freshId, (to) => sessions.rotate(old.id, to))),
        log.append({ eventType: "session_revoked", eventStatus: "blocked", userId: id, client }),
        credentials.failed({ userId: id, fault: "wrong password", deviceId: null, client }),
        held.assign(manage, id, viewer!),
        Effect.flatMap(Token.mint, ({ hash }) => PasswordResets.use((resets) => resets.offer(email, hash, client))),
        sessions.endAll(id, client)
      ]
      yield* Effect.forEach(
        Array.from({ length: 210 }, (_, n) => acts[n % acts.length]!),
        (act) => act,
        {
          concurrency: "unbounded"
        }
      )

      assert.strictEqual((yield* deadlocks) - before, 0n)
    })
  )

  it.effect(
    "who is deleted or renamed while lines about them are written waits for nobody in a ring, and no line is lost",
    () =>
      Effect.gen(function* () {
        const [credentials, log, users] = [yield* Credentials, yield* AuthLog, yield* Users]
        const before = yield* deadlocks
        for (let round = 0; round < 4; round++) {
          const { id } = yield* person()
          const wrong = credentials.failed({ userId: id, fault: "wrong password", deviceId: null, client })
          const told = log.append({ eventType: "login", eventStatus: "blocked", userId: id, client })
          const acts = Array.from({ length: 32 }, (_, n) => (n % 2 === 0 ? wrong : told))
          yield* Effect.forEach(
            [...acts.slice(0, 8), users.update(manage, id, { email: freshEmail() }), ...acts.slice(8, 16)],
            (act) => act,
            { concurrency: "unbounded", discard: true }
          )
          yield* Effect.forEach([...acts.slice(16, 24), users.delete(manage, id), ...acts.slice(24)], (act) => act, {
            concurrency: "unbounded",
            discard: true
          })

          const { items } = yield* log.page({ userId: id }, { limit: 100 })
          assert.strictEqual(items.filter(({ eventStatus }) => eventStatus === "blocked").length, 16)
          assert.strictEqual(items.filter(({ eventStatus }) => eventStatus === "failure").length, 16)
        }

        assert.strictEqual((yield* deadlocks) - before, 0n)
        assert.deepStrictEqual((yield* log.verify()).findings, [])
      })
  )

  it.effect("a line about someone who is just being deleted names them as they were", () =>
    Effect.gen(function* () {
      const [log, users] = [yield* AuthLog, yield* Users]
      const { id } = yield* person()

      yield* overtaken(
        users.delete(manage, id),
        log.append({ eventType: "login", eventStatus: "blocked", userId: id, client })
      )

      const { items } = yield* log.page({ userId: id })
      assert.deepInclude(items[0], { eventStatus: "blocked", userId: id })
    })
  )
})
