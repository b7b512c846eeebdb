import { Effect, Redacted } from "effect"
import * as Attempts from "./Attempts.ts"
import type { Auth, Person } from "./Auth.ts"
import { AlreadyBootstrapped, InvalidCredentials } from "./AuthError.ts"
import { AuthLog } from "./AuthLog.ts"
import * as Client from "./Client.ts"
import { Credentials } from "./Credentials.ts"
import { DeviceId } from "./DeviceId.ts"
import * as Opening from "./Opening.ts"
import { accept, normalise, WeakPassword } from "./Password.ts"
import { PasswordHasher } from "./PasswordHasher.ts"
import * as Token from "./Token.ts"
import type { Email, User } from "./User.ts"

/** Choosing a password, and changing it. */
export const make = Effect.gen(function* () {
  const credentials = yield* Credentials
  const log = yield* AuthLog
  const hasher = yield* PasswordHasher
  const { limit } = yield* Attempts.make
  const session = yield* Opening.make
  const prepare = yield* preparing

  const rules: Rules = {
    changePassword: Effect.fn("Auth.changePassword")(function* (principal, { client: given, current, device, next }) {
      const client = Client.parse(given)
      const { userId } = principal
      yield* limit("password_change", [`user:${userId}`], client)
      const account = yield* credentials.get(userId)
      const check = yield* hasher.verify(current, account === null ? null : Opening.stored(account))
      if (account === null || !check.matches) {
        yield* log.append({
          eventType: "password_change",
          eventStatus: "failure",
          userId,
          sessionId: principal.sessionId,
          client,
          riskScore: 50
        })
        return yield* new InvalidCredentials()
      }
      const to = yield* prepare(next, personOf(account))
      // Spelt with other keys it is the same one still; `prepare` has seen to it that it is not too long to look at.
      if (normalise(Redacted.value(current)) === normalise(Redacted.value(next)))
        return yield* new WeakPassword({ reason: "unchanged" })
      if (!(yield* credentials.change(userId, account.passwordHash, to, client))) return yield* new InvalidCredentials()
      const deviceId = device == null ? null : DeviceId.make(yield* Token.hash(device))
      // They have just proved who they are: no lock of strangers' making stands between.
      const token = yield* session({ ...account, passwordHash: to.hash }, client, { deviceId, isKnownDevice: true })
      return token ?? (yield* new InvalidCredentials())
    }),

    preparePassword: Effect.fn("Auth.preparePassword")(prepare),

    bootstrap: Effect.fn("Auth.bootstrap")(function* ({ password, ...person }, client) {
      const user = yield* credentials.bootstrap(
        { ...person, password: yield* prepare(password, person) },
        Client.parse(client)
      )
      return user ?? (yield* new AlreadyBootstrapped())
    })
  }
  return rules
})

type Rules = Pick<Auth["Service"], "preparePassword" | "changePassword" | "bootstrap">

/** Turns a password into what is stored, if it is good enough for this person. */
export const preparing = Effect.map(PasswordHasher, (hasher) =>
  Effect.fnUntraced(function* (password: Redacted.Redacted, about: Person) {
    const words = [about.email, about.firstName, about.lastName, "domainflow"]
    return yield* hasher.hash(yield* Effect.fromResult(accept(password, words)))
  })
)

/** An address that is stored was one when it was stored; what an older program stored is only compared with. */
export const personOf = (user: User): Person => ({ ...user, email: user.email as Email })
