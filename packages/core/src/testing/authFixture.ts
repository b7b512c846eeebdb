import { Context, type Duration, Effect, Layer, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { AuditLog } from "../audit/AuditLog.ts"
import { Auth, type Login } from "../auth/Auth.ts"
import { AuthLog } from "../auth/AuthLog.ts"
import { AuthMemory } from "../auth/AuthMemory.ts"
import * as Client from "../auth/Client.ts"
import { Courier, type Letterbox } from "../auth/Courier.ts"
import { Credentials } from "../auth/Credentials.ts"
import { Grant } from "../auth/Grant.ts"
import { proven } from "../auth/Password.ts"
import { PasswordHasher } from "../auth/PasswordHasher.ts"
import { PasswordResets } from "../auth/PasswordResets.ts"
import { Principal } from "../auth/Principal.ts"
import { RateLimits } from "../auth/RateLimits.ts"
import { RoleName, type SystemRole } from "../auth/Role.ts"
import { Roles } from "../auth/Roles.ts"
import { SessionId } from "../auth/Session.ts"
import { Sessions } from "../auth/Sessions.ts"
import * as Token from "../auth/Token.ts"
import { Email } from "../auth/User.ts"
import type { UserId } from "../auth/UserId.ts"
import { type NewUser, Users } from "../auth/Users.ts"

/** Lets time pass for the store: a test clock where it has none of its own, older rows where it has. */
export class Elapse extends Context.Service<Elapse, (time: Duration.Input) => Effect.Effect<void>>()(
  "@domainflow/core/testing/Elapse"
) {}

/** The ports of accounts and the rules over them, as the suites find them. */
export type Ports =
  | Auth
  | AuditLog
  | AuthLog
  | Credentials
  | Elapse
  | Letterbox
  | PasswordHasher
  | PasswordResets
  | RateLimits
  | Roles
  | Sessions
  | Users

/** The rules of accounts and what those are kept by, in memory. What is written down goes to the logs of the context. */
export const accountsMemory = Auth.layer().pipe(
  Layer.provideMerge(
    Layer.mergeAll(
      Users.layerMemory,
      Roles.layerMemory,
      Sessions.layerMemory,
      Credentials.layerMemory,
      PasswordResets.layerMemory,
      RateLimits.layerMemory,
      PasswordHasher.layerMemory,
      Courier.layerMemory
    )
  )
)

/** All of them in memory, each building with tables of its own. */
export const layerMemory: Layer.Layer<Ports> = accountsMemory.pipe(
  Layer.provideMerge(
    Layer.mergeAll(AuditLog.layerMemory, AuthLog.layerMemory, Layer.succeed(Elapse, TestClock.adjust))
  ),
  Layer.provide(AuthMemory.layer)
)

export const manage = Grant.system("users:manage")

/** One that passes the rules, and no secret. */
export const password = Redacted.make("nine green bottles")

/** Another one. */
export const next = Redacted.make("seven red balloons rise")

/** One that nobody has. */
export const wrong = Redacted.make("something else entirely")

export const client = Client.parse({ ip: "192.0.2.10", userAgent: "Firefox/140", screenResolution: "1920x1080" })

let hosts = 0
/** A client at an address of its own, so that limits of one test are not those of another. */
export const somewhere = () => ({
  ip: `10.${(++hosts >> 16) & 255}.${(hosts >> 8) & 255}.${hosts & 255}`,
  userAgent: "Firefox/140",
  screenResolution: "800x600"
})

let count = 0
/** An address nobody else in this process has. */
export const freshEmail = (): Email => Email.make(`person${++count}@example.org`)

export const roles = (...names: ReadonlyArray<SystemRole>) => names.map((name) => RoleName.make(name))

/** A stored account with the password above. */
export const person = Effect.fnUntraced(function* (given: Partial<NewUser> = {}) {
  const users = yield* Users
  return yield* users.create(manage, { ...(yield* newUser), ...given })
})

export const newUser = Effect.gen(function* () {
  const hasher = yield* PasswordHasher
  const hashed = yield* hasher.hash(proven(password))
  const user: NewUser = { email: freshEmail(), password: hashed, firstName: "Ada", lastName: "King", roles: [] }
  return user
})

/** A login by the rules, with the password above where none is given. */
export const login = Effect.fnUntraced(function* (given: Partial<Login> & { readonly email: string }) {
  return yield* (yield* Auth).login({ password, client: somewhere(), ...given })
})

/** Why a login is refused. */
export const refusal = (given: Partial<Login> & { readonly email: string }) =>
  Effect.map(Effect.flip(login(given)), (error) => error._tag)

/** A session opened past all rules, and its id. */
export const opened = Effect.fnUntraced(function* (userId: UserId, from: Client.Client = client) {
  const credentials = yield* Credentials
  const sessions = yield* Sessions
  const account = yield* credentials.get(userId)
  const id = SessionId.make((yield* Token.mint).hash)
  const passwordHash = account!.passwordHash
  const session = yield* sessions.open({ id, userId, passwordHash, client: from, deviceId: null, isKnownDevice: true })
  return { id, session }
})

/** Someone as they are known at a request of theirs now. */
export const principal = Effect.fnUntraced(function* (userId: UserId) {
  const sessions = yield* Sessions
  const { id } = yield* opened(userId)
  const known = yield* sessions.validate(id, client, { ip: false, userAgent: false })
  return new Principal({ ...known, userId, sessionId: id })
})

/** The grant to manage users, held by someone new with these roles. */
export const manager = Effect.fnUntraced(function* (...names: ReadonlyArray<SystemRole>) {
  const { id } = yield* person({ roles: roles(...names) })
  return yield* (yield* principal(id)).grant("users:manage")
})

/** What the log says of someone, oldest first: `login failure`. */
export const story = Effect.fnUntraced(function* (userId: UserId) {
  const log = yield* AuthLog
  const { items } = yield* log.page({ userId }, { limit: 1_000 })
  return items.toReversed().map((entry) => `${entry.eventType} ${entry.eventStatus}`)
})
