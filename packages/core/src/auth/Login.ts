import { Effect, type Redacted } from "effect"
import { traced } from "../Traced.ts"
import * as Attempts from "./Attempts.ts"
import type { Auth } from "./Auth.ts"
import { InvalidCredentials, SecondFactorRequired, SessionRefused } from "./AuthError.ts"
import * as Client from "./Client.ts"
import { Credentials, type Found } from "./Credentials.ts"
import { DeviceId } from "./DeviceId.ts"
import type { LoginFault } from "./LoginFault.ts"
import * as Opening from "./Opening.ts"
import { proven } from "./Password.ts"
import { type PasswordCheck, PasswordHasher } from "./PasswordHasher.ts"
import { Principal } from "./Principal.ts"
import { accountBucket, addressBuckets, RateLimits } from "./RateLimits.ts"
import { SecondFactor } from "./SecondFactor.ts"
import { SessionId } from "./Session.ts"
import { type Binding, Sessions } from "./Sessions.ts"
import * as Token from "./Token.ts"
import { type Account, fold } from "./User.ts"
import { face } from "./Users.ts"

/** Getting in, staying in and getting out. */
export const make = Effect.fnUntraced(function* (bound: Binding) {
  const credentials = yield* Credentials
  const sessions = yield* Sessions
  const limits = yield* RateLimits
  const hasher = yield* PasswordHasher
  const secondFactor = yield* SecondFactor
  const attempts = yield* Attempts.make
  const session = yield* Opening.make

  /** The password as it would be stored today, if it is not; a failure to do so keeps nobody out. */
  const upgraded = Effect.fnUntraced(function* (account: Account, password: Redacted.Redacted, isOutdated: boolean) {
    if (!isOutdated) return account
    const to = yield* hasher.hash(proven(password))
    const isDone = yield* credentials.rehash(account.id, account.passwordHash, to)
    return isDone ? { ...account, passwordHash: to.hash, passwordPepperVersion: to.pepperVersion } : account
  })

  const rules: Rules = {
    login: Effect.fn("Auth.login")(function* (login) {
      const client = Client.parse(login.client)
      const email = fold(login.email)
      const shown = login.device == null ? null : { token: login.device, hash: yield* Token.hash(login.device) }
      const found = yield* credentials.find(email, shown === null ? null : DeviceId.make(shown.hash))
      const device = found.isKnownDevice && shown !== null ? shown : yield* Token.mint
      const deviceId = DeviceId.make(device.hash)
      const account = yield* accountBucket(email)
      const buckets = found.isKnownDevice ? [`device:${deviceId}`] : [...addressBuckets(client), account]
      yield* attempts.limit("login", buckets, client)

      const check = yield* hasher.verify(login.password, found.account === null ? null : Opening.stored(found.account))
      const failed = (fault: LoginFault) =>
        credentials.failed({
          fault,
          userId: found.account?.id ?? null,
          deviceId: found.isKnownDevice ? deviceId : null,
          client
        })
      const fault = faultOf(found, check)
      if (found.account === null || fault !== null) {
        yield* failed(fault ?? "unknown")
        return yield* new InvalidCredentials()
      }

      const user = face(found.account)
      if (user.mfaEnabled && !(yield* secondFactor.verify(user, login.secondFactor ?? null))) {
        yield* failed("second factor")
        return yield* new SecondFactorRequired()
      }
      const known = { deviceId, isKnownDevice: found.isKnownDevice }
      const token = yield* session(yield* upgraded(found.account, login.password, check.outdated), client, known)
      if (token === null) {
        yield* failed("changed meanwhile")
        return yield* new InvalidCredentials()
      }
      yield* limits.clear("login", found.isKnownDevice ? `device:${deviceId}` : account)
      if (login.replaces != null)
        yield* sessions.end(SessionId.make(yield* Token.hash(login.replaces)), "replaced", client)
      return { user, token, device: device.token }
    }),

    validate: Effect.fnUntraced(function* (token, given) {
      const client = Client.parse(given)
      const sessionId = SessionId.make(yield* Token.hash(token))
      const { isValid, securityFlags, userId, ...known } = yield* sessions.validate(sessionId, client, bound)
      if (isValid && userId !== null) return new Principal({ ...known, userId, sessionId })
      if (securityFlags["idle_timeout"] === true) yield* sessions.end(sessionId, "idle", client)
      else if (userId !== null)
        yield* attempts.remark(`session:${sessionId}`, {
          eventType: "session_revoked",
          eventStatus: "blocked",
          userId,
          sessionId,
          client,
          securityFlags,
          riskScore: 80
        })
      return yield* new SessionRefused({ flags: securityFlags })
    }, traced("Auth.validate")),

    logout: Effect.fn("Auth.logout")(function* (token, client) {
      yield* sessions.end(SessionId.make(yield* Token.hash(token)), "logout", Client.parse(client))
    }),

    rotate: Effect.fn("Auth.rotate")(function* (token, given) {
      const id = SessionId.make(yield* Token.hash(token))
      const { isValid, securityFlags } = yield* sessions.validate(id, Client.parse(given), bound)
      if (!isValid) return yield* new SessionRefused({ flags: securityFlags })
      const minted = yield* Token.mint
      if (!(yield* sessions.rotate(id, SessionId.make(minted.hash))))
        return yield* new SessionRefused({ flags: { error: "session_not_found" } })
      return minted.token
    }),

    revokeAll: Effect.fn("Auth.revokeAll")(function* (principal, client) {
      return yield* sessions.endAll(principal.userId, Client.parse(client))
    })
  }
  return rules
})

type Rules = Pick<Auth["Service"], "login" | "validate" | "logout" | "rotate" | "revokeAll">

const faultOf = ({ account, isLocked }: Found, check: PasswordCheck): LoginFault | null => {
  if (account === null) return "unknown"
  if (!account.isActive) return "inactive"
  if (isLocked) return "locked"
  return check.matches ? null : "wrong password"
}
