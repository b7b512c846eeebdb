import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import { inspect, promisify } from "node:util"
import { AuditLog } from "@domainflow/core/audit/AuditLog"
import * as Chain from "@domainflow/core/audit/Chain"
import { Auth } from "@domainflow/core/auth/Auth"
import { describe } from "@domainflow/core/auth/AuthAuditEntry"
import { AuthLog } from "@domainflow/core/auth/AuthLog"
import { Courier, type Letter } from "@domainflow/core/auth/Courier"
import { Desk } from "@domainflow/core/auth/Desk"
import { PasswordHasher } from "@domainflow/core/auth/PasswordHasher"
import { SecondFactor } from "@domainflow/core/auth/SecondFactor"
import { Users } from "@domainflow/core/auth/Users"
import * as KeyRing from "@domainflow/core/KeyRing"
import { Proxies } from "@domainflow/core/proxy/Proxies"
import { SecretBox } from "@domainflow/core/SecretBox"
import { client, freshEmail, manage, roles } from "@domainflow/core/testing/authFixture"
import * as TestRegex from "@domainflow/core/testing/TestRegex"
import { assert, it } from "@effect/vitest"
import { hash as bcrypt } from "@node-rs/bcrypt"
import { Cause, Context, Effect, Exit, Layer, Logger, Queue, Redacted, Stream, Tracer } from "effect"
import { SqlClient } from "effect/sql"
import * as Accounts from "../../src/auth/Accounts.ts"
import * as Bcrypt from "../../src/auth/Bcrypt.ts"
import * as Db from "../../src/Db.ts"
import * as Pg from "../../src/Pg.ts"
import * as Database from "../support/Database.ts"

const run = promisify(execFile)

/** Everything that must never be seen again, by what it is. */
const canaries = new Map<string, string>()
const canary = (what: string, secret = `canary ${what} zx${canaries.size}q`): Redacted.Redacted => {
  canaries.set(what, secret)
  return Redacted.make(secret)
}
/** A secret that the system made itself. */
const caught = (what: string, secret: Redacted.Redacted): Redacted.Redacted => canary(what, Redacted.value(secret))

const key = (what: string, id: string, fill: string): KeyRing.KeyRing => {
  const bytes = Buffer.from(fill.repeat(8).slice(0, 32))
  canary(`${what} as text`, bytes.toString())
  canary(`${what} as base64`, bytes.toString("base64"))
  return KeyRing.make([{ id, bytes: Redacted.make(new Uint8Array(bytes)) }])
}

/** What was said while it happened: lines of the log, spans with all they carry, errors, answers. */
const said: Array<{ readonly where: string; readonly what: string }> = []
const say = (where: string, ...what: ReadonlyArray<unknown>) => {
  for (const each of what) {
    said.push({ where, what: inspect(each, { depth: 12, showHidden: true }) })
    said.push({ where, what: String(each) })
    try {
      said.push({
        where,
        what: JSON.stringify(each, (_, value) => (typeof value === "bigint" ? `${value}` : value)) ?? ""
      })
    } catch {
      // What has cycles was inspected above.
    }
  }
}
const listening = Layer.mergeAll(
  Logger.layer([Logger.make((options) => say("log", options.message, Cause.pretty(options.cause)))]),
  Layer.succeed(
    Tracer.Tracer,
    Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        const { attribute, end, event } = span
        span.attribute = (name, value) => {
          say("span", `${options.name} ${name}`, value)
          attribute.call(span, name, value)
        }
        span.event = (name, at, attributes) => {
          say("span", name, attributes)
          event.call(span, name, at, attributes)
        }
        span.end = (at, exit) => {
          // What an effect answers is not part of its span; how it failed is.
          say(
            "span",
            options.name,
            Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "",
            Exit.isFailure(exit) ? exit : ""
          )
          end.call(span, at, exit)
        }
        return span
      }
    })
  )
)

/** Where this file's database is, for programs that open it themselves. */
class Url extends Context.Service<Url, Redacted.Redacted>()("test/Url") {}

const ring = key("secret key", "box1", "boxkey")
const letters = Effect.runSync(Queue.unbounded<Letter>())
/** Delivers, and then complains with the whole letter in its error, as a mailer might. */
const tactless = Layer.succeed(Courier, {
  deliver: (letter) =>
    Effect.andThen(
      Queue.offer(letters, letter),
      Effect.fail(new Error(`550 could not deliver https://host/?token=${Redacted.value(letter.token)}`))
    )
})
const layer = Layer.mergeAll(Auth.layer(), Desk.layer).pipe(
  Layer.provideMerge(
    Layer.mergeAll(
      Accounts.ports,
      Db.layer.pipe(Layer.provide([TestRegex.layer, SecretBox.layer(ring)])),
      Bcrypt.layer({ peppers: key("pepper", "7", "pepper"), cost: 4 }),
      tactless
    )
  ),
  Layer.provide(Layer.succeed(Chain.AuditKeys, key("audit key", "a1", "auditkey"))),
  Layer.provide(Layer.succeed(SecondFactor, { verify: () => Effect.succeed(false) })),
  Layer.provideMerge(Layer.unwrap(Effect.map(Url, (url) => Pg.layer(url)))),
  Layer.provideMerge(Layer.effect(Url, Database.fresh("migrated"))),
  Layer.provideMerge(listening)
)

/** Runs something and keeps what it answered or how it failed; both are what a host may log or send. */
const heard = <A, E, R>(what: string, effect: Effect.Effect<A, E, R>) =>
  Effect.tap(Effect.exit(effect), (exit) =>
    Effect.sync(() => say(`${what} answered`, Exit.isSuccess(exit) ? exit.value : Cause.pretty(exit.cause), exit))
  )
const must = <A, E, R>(what: string, effect: Effect.Effect<A, E, R>) => Effect.flatten(heard(what, effect))

it.layer(layer, { timeout: "60 seconds", excludeTestServices: true })("twenty canaries", (it) => {
  it.effect("are seen in no log, span, error, answer or row", () =>
    Effect.gen(function* () {
      const [auth, users, proxies, sql] = [yield* Auth, yield* Users, yield* Proxies, yield* SqlClient.SqlClient]
      const hasher = yield* PasswordHasher
      const [email, other] = [freshEmail(), freshEmail()]
      const person = { email, firstName: "Ada", lastName: "King" }

      // Every way a password takes.
      const first = canary("first password")
      const prepared = yield* must("prepare", auth.preparePassword(first, person))
      const { id } = yield* must(
        "create",
        users.create(manage, { ...person, password: prepared, roles: roles("admin") })
      )
      yield* heard("create twice", users.create(manage, { ...person, password: prepared, roles: [] }))
      yield* heard("too weak", auth.preparePassword(canary("weak password", "canaryweak"), person))
      yield* heard("common", auth.preparePassword(canary("common password", "canarycanarycanary".repeat(40)), person))
      yield* heard("wrong login", auth.login({ email, password: canary("wrong password"), client }))
      yield* heard("unknown login", auth.login({ email: other, password: canary("password of nobody"), client }))
      const typed = canary("password typed as address")
      yield* heard("mistyped login", auth.login({ email: Redacted.value(typed), password: first, client }))
      const { device, token } = yield* must("login", auth.login({ email, password: first, client }))
      caught("session token", token)
      caught("device secret", device)
      const principal = yield* must("validate", auth.validate(token, client))
      yield* heard("stolen", auth.validate(token, { ...client, userAgent: "Lynx/2.9" }))
      yield* heard("no such session", auth.validate(canary("token of no session"), client))
      caught("rotated token", yield* must("rotate", auth.rotate(token, client)))
      const next = canary("second password")
      const change = { client, next, device }
      yield* heard("wrong change", auth.changePassword(principal, { ...change, current: canary("wrong current") }))
      caught("token after change", yield* must("change", auth.changePassword(principal, { ...change, current: first })))

      // Links, delivered by a mailer that talks.
      yield* must("ask for a reset", auth.requestReset(email, client))
      const reset = caught("reset token", (yield* Queue.take(letters)).token)
      yield* heard("no such link", auth.resetPassword(canary("token of no link"), next, client))
      yield* heard("weak reset", auth.resetPassword(reset, canary("weak reset", "canaryshort"), client))
      yield* must("reset", auth.resetPassword(reset, canary("third password"), client))
      yield* must("ask for verification", auth.requestVerification(email, client))
      const verification = caught("verification token", (yield* Queue.take(letters)).token)
      yield* must("verify", auth.verifyEmail(verification))
      yield* heard("verify again", auth.verifyEmail(verification))

      // A second factor, an account of an older program, the first super_admin.
      yield* must("second factor on", users.update(manage, id, { mfaEnabled: true }))
      const third = Redacted.make(canaries.get("third password")!)
      yield* heard(
        "second factor",
        auth.login({ email, password: third, client, secondFactor: canary("second factor", "canary 271828") })
      )
      const legacy = canary("password of an older program", "canary1!")
      const old = yield* Effect.promise(() => bcrypt(Redacted.value(legacy), { cost: 4 }))
      yield* sql`update auth.users set password_hash = ${old}, password_pepper_version = 1, mfa_enabled = false where id = ${id}`
      yield* must("legacy login", auth.login({ email, password: legacy, client: { ...client, ip: "192.0.2.77" } }))
      const owner = { email: freshEmail(), firstName: "Grace", lastName: "Hopper" }
      yield* must("bootstrap", auth.bootstrap({ ...owner, password: canary("password of the first") }, client))
      yield* heard("verify a broken hash", hasher.verify(canary("checked against nothing"), null))

      // Secrets that must be read again.
      const address = { address: "proxy.example:3128", protocol: "http", username: "ada" } as const
      const proxy = yield* must("proxy", proxies.create({ name: "p", ...address, password: canary("proxy secret") }))
      yield* heard("proxy twice", proxies.create({ name: "p", ...address, password: canary("proxy secret of nobody") }))
      yield* must("proxy changed", proxies.update(proxy.id, { password: canary("second proxy secret") }))
      yield* must("proxy secret", proxies.secret(proxy.id))
      yield* must("proxy read", proxies.get(proxy.id))
      yield* sql`update proxies set password_hash = ${Redacted.value(canary("a hash of an older program", "$2y$10$canaryhashcanary"))} where id = ${proxy.id}`
      yield* heard("no usable secret", proxies.secret(proxy.id))
      yield* sql`update proxies set password_hash = null`

      // A store that breaks while it holds a secret.
      yield* sql`alter table auth.sessions rename column user_agent to agent`
      yield* heard("broken login", auth.login({ email, password: legacy, client: { ...client, ip: "192.0.2.78" } }))
      yield* sql`alter table auth.sessions rename column agent to user_agent`
      yield* sql`alter table auth.users add constraint canary check (length(password_hash) < 10) not valid`
      yield* heard("refused", users.create(manage, { ...owner, email: freshEmail(), password: prepared, roles: [] }))
      yield* sql`alter table auth.users drop constraint canary`

      // What people read afterwards.
      const log = yield* AuthLog
      yield* must("the security log", Stream.runCollect(Stream.map(log.stream(), describe)))
      yield* must("the audit log", (yield* AuditLog).page({}, { limit: 1_000 }))
      yield* must("everybody", users.page(manage))
      yield* must("a user", users.get(manage, id))

      const tables = yield* sql<{ name: string }>`
        select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('auth', 'public')
      `
      const dump: Array<{ readonly where: string; readonly what: string }> = []
      for (const { name } of tables) {
        const rows = yield* sql<{ row: unknown }>`select to_jsonb(t) as row from ${sql.literal(name)} t`
        for (const { row } of rows) dump.push({ where: name, what: JSON.stringify(row) })
      }

      // What the server shows of statements under way, and what an operator takes home.
      for (const row of yield* sql`select to_jsonb(a) as row from pg_stat_activity a`)
        dump.push({ where: "pg_stat_activity", what: JSON.stringify(row) })
      const text = yield* pgDump(Redacted.value(yield* Url))
      if (text !== null) {
        assert.include(text, id)
        dump.push(...text.split("\n").map((what) => ({ where: "pg_dump", what })))
      }

      assert.isAtLeast(canaries.size, 20)
      assert.isAtLeast(said.length, 500)
      assert.isAtLeast(dump.length, 100)
      const seen = [...said, ...dump].flatMap(({ what: text, where }) =>
        [...canaries]
          .filter(([, secret]) => spellings(secret).some((spelling) => text.includes(spelling)))
          .map(([what]) => `${what} in ${where}: ${text.slice(0, 300)}`)
      )
      assert.deepStrictEqual(seen, [])
    })
  )
})

/** The whole database as `pg_dump` writes it; null where the distribution has none of the server's version. */
const pgDump = (url: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const [server] = yield* sql<{ major: number }>`
      select current_setting('server_version_num')::int / 10000 as major
    `
    const program = `/usr/lib/postgresql/${server?.major}/bin/pg_dump`
    if (!existsSync(program)) return null
    return yield* Effect.promise(async () => (await run(program, ["--dbname", url], { maxBuffer: 1e9 })).stdout)
  })

/** A secret as it is, as part of JSON, and as somebody may have packed it. */
const spellings = (secret: string) => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString("hex"),
  Buffer.from(secret).toString("base64").replace(/=+$/, "").slice(0, -1)
]
