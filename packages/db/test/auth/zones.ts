import { AuditLog } from "@domainflow/core/audit/AuditLog"
import { Auth } from "@domainflow/core/auth/Auth"
import { AuthLog } from "@domainflow/core/auth/AuthLog"
import { Courier, Letterbox } from "@domainflow/core/auth/Courier"
import { Credentials } from "@domainflow/core/auth/Credentials"
import { PasswordHasher } from "@domainflow/core/auth/PasswordHasher"
import { Roles } from "@domainflow/core/auth/Roles"
import { Sessions } from "@domainflow/core/auth/Sessions"
import { Users } from "@domainflow/core/auth/Users"
import { client, manage, next, password, person, roles } from "@domainflow/core/testing/authFixture"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Queue, Redacted, String } from "effect"
import { SqlClient } from "effect/sql"
import * as Accounts from "../../src/auth/Accounts.ts"
import * as Pg from "../../src/Pg.ts"

/** Lives through everything that has a time in it, in whatever zones it was started, and prints how far each time is off. */

const url = Redacted.make(process.env["ZONES_DATABASE_URL"] ?? "")
const own = Pg.layer(url)
/** A host's own client, whose connections are in the server's zone. */
const foreign = PgClient.layer({
  url,
  transformQueryNames: String.camelToSnake,
  transformResultNames: String.snakeToCamel,
  transformJson: false
})
const layer = Auth.layer().pipe(
  Layer.provideMerge(Layer.mergeAll(Accounts.ports, PasswordHasher.layerMemory, Courier.layerMemory)),
  Layer.provideMerge(process.env["ZONES_CLIENT"] === "foreign" ? foreign : own)
)

/** Seconds between a time and one that many minutes from now. */
const off = (time: Date | null | undefined, minutes = 0) =>
  time == null ? null : Math.round((time.getTime() - Date.now()) / 1_000 - minutes * 60)

const story = Effect.gen(function* () {
  const [auth, users, sessions] = [yield* Auth, yield* Users, yield* Sessions]
  const [credentials, held, letters, sql] = [
    yield* Credentials,
    yield* Roles,
    yield* Letterbox,
    yield* SqlClient.SqlClient
  ]
  const [zone] = yield* sql`show timezone`

  const soon = (minutes: number) => new Date(Date.now() + minutes * 60_000)
  const made = yield* person({ roles: roles("user") })
  const { email, id } = made
  const { token } = yield* auth.login({ email, password, client })
  const principal = yield* auth.validate(token, client)
  const [session] = yield* sessions.of(id)
  const account = yield* credentials.get(id)

  yield* held.assign(manage, id, roles("viewer")[0]!, soon(1))
  const assigned = (yield* held.of(manage, id)).find((role) => role.expiresAt !== null)
  const during = yield* auth.validate(token, client)
  yield* held.assign(manage, id, roles("viewer")[0]!, soon(-1))
  const after = yield* auth.validate(token, client)

  yield* auth.requestReset(email, client)
  const letter = yield* Queue.take(letters)
  const [reset] = yield* sql<{ expires: Date }>`
    select expires_at at time zone 'utc' as expires from auth.password_reset_tokens where user_id = ${id}
  `
  yield* auth.resetPassword(letter.token, next, client)
  yield* auth.requestVerification(email, client)
  const verification = yield* Queue.take(letters)
  const offered = yield* credentials.get(id)
  yield* auth.verifyEmail(verification.token)

  for (let n = 0; n < 5; n++) yield* credentials.failed({ userId: id, fault: "wrong password", deviceId: null, client })
  const failed = yield* credentials.get(id)
  yield* users.unlock(manage, id)
  const locked = yield* users.lock(manage, id, soon(30))
  const whileLocked = yield* credentials.find(email, null)
  const lifted = yield* users.lock(manage, id, soon(-1))
  const whenOver = yield* credentials.find(email, null)

  const [audited] = (yield* (yield* AuditLog).page({ entityId: id })).items
  const [logged] = (yield* (yield* AuthLog).page({ userId: id })).items
  return {
    zones: [process.env["TZ"], zone?.["timeZone"] ?? zone?.["TimeZone"]],
    rights: [principal.roles.size, during.roles.size, after.roles.size],
    locks: [whileLocked.isLocked, whenOver.isLocked],
    off: {
      created: off(made.createdAt),
      updated: off(locked.updatedAt),
      passwordChanged: off(made.passwordChangedAt),
      login: off(account?.lastLoginAt),
      sessionCreated: off(session?.createdAt),
      sessionActive: off(session?.lastActivityAt),
      sessionEnds: off(session?.expiresAt, 12 * 60),
      roleAssigned: off(assigned?.assignedAt),
      roleExpires: off(assigned?.expiresAt, 1),
      linkExpires: off(reset?.expires, 30),
      verificationExpires: off(offered?.emailVerificationExpiresAt, 30),
      failureLock: off(failed?.lockedUntil, 15),
      adminLock: off(locked.lockedUntil, 30),
      pastLock: off(lifted.lockedUntil, -1),
      audited: off(audited?.timestamp),
      logged: off(logged?.createdAt)
    }
  }
})

console.log(JSON.stringify(await Effect.runPromise(story.pipe(Effect.provide(layer)))))
