import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { AuditLog } from "@domainflow/core/audit/AuditLog"
import { AuditKeys } from "@domainflow/core/audit/Chain"
import { Auth } from "@domainflow/core/auth/Auth"
import { AuthLog } from "@domainflow/core/auth/AuthLog"
import { Letterbox } from "@domainflow/core/auth/Courier"
import { Roles } from "@domainflow/core/auth/Roles"
import { Users } from "@domainflow/core/auth/Users"
import * as Ids from "@domainflow/core/Ids"
import * as KeyRing from "@domainflow/core/KeyRing"
import { client, Elapse, manage, next, person, roles } from "@domainflow/core/testing/authFixture"
import { assert, it } from "@effect/vitest"
import { Context, Effect, Layer, Queue, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import * as Pg from "../../src/Pg.ts"
import * as Database from "../support/Database.ts"
import { onDatabase } from "./support.ts"
import type { Order } from "./worker.ts"

/** Processes at once, as many as the promises speak of. */
const processes = 4

/** Where this file's database is, for processes that open clients of their own. */
class Url extends Context.Service<Url, Redacted.Redacted>()("test/Url") {}
const auditKeys = KeyRing.make([{ id: "k1", bytes: Redacted.make(new Uint8Array(32).fill(1)) }])
const layer = onDatabase.pipe(
  Layer.provide(Layer.succeed(AuditKeys, auditKeys)),
  Layer.provideMerge(Layer.unwrap(Effect.map(Url, (url) => Pg.layer(url)))),
  Layer.provideMerge(Layer.effect(Url, Database.fresh("migrated")))
)

interface Worker {
  readonly ask: (order: Order) => Effect.Effect<ReadonlyArray<unknown>>
}

const worker = Effect.fnUntraced(function* (env: Record<string, string> = {}) {
  const url = Redacted.value(yield* Url)
  const child = yield* Effect.acquireRelease(
    Effect.promise(async (): Promise<ChildProcess> => {
      const started = fork(new URL("./worker.ts", import.meta.url), {
        execArgv: ["--conditions=@domainflow/source"],
        env: { ...process.env, WORKER_DATABASE_URL: url, ...env }
      })
      await once(started, "message")
      return started
    }),
    (started) => Effect.sync(() => started.kill())
  )
  const made: Worker = {
    ask: (order) =>
      Effect.promise(async () => {
        child.send(order)
        const [answers] = await once(child, "message")
        return answers
      })
  }
  return made
})

const fleet = Effect.forEach(Array.from({ length: processes }), () => worker(), { concurrency: "unbounded" })

/** Every input goes to one of the processes; all of them are asked at once. */
const spread = Effect.fnUntraced(function* (
  workers: ReadonlyArray<Worker>,
  task: Order["task"],
  inputs: ReadonlyArray<string>
) {
  const answers = yield* Effect.forEach(
    workers,
    (asked, n) => asked.ask({ task, inputs: inputs.filter((_, m) => m % workers.length === n) }),
    { concurrency: "unbounded" }
  )
  return answers.flat()
})
const heads = Effect.all([AuditLog.use((log) => log.verify()), AuthLog.use((log) => log.verify())])
const times = (count: number, input: string) => Array.from({ length: count }, () => input)
const count = (answers: ReadonlyArray<unknown>, answer: unknown) => answers.filter((given) => given === answer).length

it.layer(layer, { timeout: "120 seconds", excludeTestServices: true })("four processes on one database", (it) => {
  it.effect(
    "of 200 calls as many pass as the limit says, no more and no fewer",
    () =>
      Effect.gen(function* () {
        const workers = yield* fleet
        const { email } = yield* person()
        const taken = yield* spread(workers, "take", times(200, "test:200"))
        const asked = yield* spread(workers, "requestReset", times(200, email))

        const { email: guessed } = yield* person()
        const guesses = yield* spread(workers, "guess", times(200, guessed))

        assert.deepStrictEqual([count(taken, true), count(taken, false)], [10, 190])
        assert.deepStrictEqual([count(guesses, "InvalidCredentials"), count(guesses, "RateLimited")], [10, 190])
        assert.deepStrictEqual([count(asked, true), count(asked, "RateLimited")], [5, 195])
      }).pipe(Effect.scoped),
    60_000
  )

  it.effect(
    "of 50 redemptions of one link one wins, and of 50 bootstraps one",
    () =>
      Effect.gen(function* () {
        const workers = yield* fleet
        const [auth, letters] = [yield* Auth, yield* Letterbox]
        const { email } = yield* person()
        const sessions = yield* spread(workers, "login", times(3, email))
        yield* auth.requestReset(email, client)
        const { token } = yield* Queue.take(letters)

        const redeemed = yield* spread(workers, "resetPassword", times(50, Redacted.value(token)))
        assert.deepStrictEqual([count(redeemed, true), count(redeemed, "InvalidLink")], [1, 49])
        const validated = yield* spread(workers, "validate", sessions.map(String))
        assert.deepStrictEqual(validated, times(3, "SessionRefused"))

        const firsts = Array.from({ length: 50 }, (_, n) => `first${n}@example.org`)
        const made = yield* spread(workers, "bootstrap", firsts)
        assert.deepStrictEqual([count(made, true), count(made, false)], [1, 49])
      }).pipe(Effect.scoped),
    60_000
  )

  it.effect(
    "50 removals leave one super_admin",
    () =>
      Effect.gen(function* () {
        const workers = yield* fleet
        const sql = yield* SqlClient.SqlClient
        yield* sql`delete from auth.user_roles where role_id = (select id from auth.roles where name = 'super_admin')`
        const people = yield* Effect.forEach(Array.from({ length: 10 }), () => person({ roles: roles("super_admin") }))

        const removed = yield* spread(
          workers,
          "removeSuperAdmin",
          Array.from({ length: 50 }, (_, n) => people[n % people.length]!.id)
        )

        assert.isAtLeast(count(removed, "LastSuperAdmin"), 1)
        assert.strictEqual(count(removed, true) + count(removed, "LastSuperAdmin"), 50)
        const left = yield* sql`
        select u.id from auth.users u join auth.user_roles ur on ur.user_id = u.id join auth.roles r on r.id = ur.role_id
        where r.name = 'super_admin' and u.is_active and not u.is_locked
      `
        assert.lengthOf(left, 1)
      }).pipe(Effect.scoped),
    60_000
  )

  it.effect(
    "100 lines at once make one chain in each trail",
    () =>
      Effect.gen(function* () {
        const workers = yield* fleet
        const ids = yield* Ids.many(100)
        const before = yield* heads
        assert.strictEqual(count(yield* spread(workers, "append", ids), true), 100)
        const after = yield* heads
        for (const [n, { findings, head }] of after.entries()) {
          assert.deepStrictEqual(findings, [])
          assert.strictEqual(head.seq - before[n]!.head.seq, 100n)
        }
      }).pipe(Effect.scoped),
    60_000
  )

  it.effect(
    "a right, a lock, a deactivation and a new password count at the very next request of every process",
    () =>
      Effect.gen(function* () {
        const workers = yield* Effect.forEach([1, 2], () => worker(), { concurrency: "unbounded" })
        const [auth, held, users] = [yield* Auth, yield* Roles, yield* Users]
        const viewer = roles("viewer")[0]!
        const everywhere = (token: string) =>
          Effect.map(
            Effect.forEach(workers, (asked) => asked.ask({ task: "validate", inputs: [token] })),
            (answers) => answers.map(([answer]) => answer)
          )
        const both = <A>(answer: A) => [answer, answer]
        const loggedIn = Effect.fnUntraced(function* () {
          const { email, id } = yield* person({ roles: roles("viewer") })
          const [[token]] = [yield* workers[0]!.ask({ task: "login", inputs: [email] })]
          yield* (yield* Elapse)("16 minutes")
          return { id, token: `${token}` }
        })
        const reads = ["campaigns:read", "personas:read", "proxies:read"]

        const one = yield* loggedIn()
        assert.deepStrictEqual(yield* everywhere(one.token), both(reads))
        yield* held.revoke(manage, one.id, viewer)
        assert.deepStrictEqual(yield* everywhere(one.token), both([]))
        yield* held.assign(manage, one.id, viewer)
        assert.deepStrictEqual(yield* everywhere(one.token), both(reads))
        yield* users.lock(manage, one.id)
        assert.deepStrictEqual(yield* everywhere(one.token), both("SessionRefused"))

        const two = yield* loggedIn()
        yield* users.deactivate(manage, two.id)
        assert.deepStrictEqual(yield* everywhere(two.token), both("SessionRefused"))

        const three = yield* loggedIn()
        const principal = yield* auth.validate(Redacted.make(three.token), client)
        const current = Redacted.make("nine green bottles")
        yield* auth.changePassword(principal, { current, next, client })
        assert.deepStrictEqual(yield* everywhere(three.token), both("SessionRefused"))
      }).pipe(Effect.scoped),
    60_000
  )
})
