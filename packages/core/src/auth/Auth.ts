import { Context, Effect, Layer, Redacted, Semaphore } from "effect"
import * as Storable from "../Storable.ts"
import type { StoreError } from "../StoreError.ts"
import {
  AlreadyBootstrapped,
  InvalidCredentials,
  InvalidLink,
  RateLimited,
  SecondFactorRequired,
  SessionRefused
} from "./AuthError.ts"
import { AuthLog } from "./AuthLog.ts"
import * as Client from "./Client.ts"
import { Courier, type Letter } from "./Courier.ts"
import { Credentials, type Found, type LoginFault } from "./Credentials.ts"
import { DeviceId } from "./DeviceId.ts"
import { accept, type HashedPassword, proven, WeakPassword } from "./Password.ts"
import { type PasswordCheck, PasswordHasher } from "./PasswordHasher.ts"
import { PasswordResets } from "./PasswordResets.ts"
import { Principal } from "./Principal.ts"
import type { LimitedAction } from "./RateLimit.ts"
import { accountBucket, addressBuckets, RateLimits } from "./RateLimits.ts"
import { SecondFactor } from "./SecondFactor.ts"
import { SessionId } from "./Session.ts"
import { type Binding, Sessions } from "./Sessions.ts"
import * as Token from "./Token.ts"
import type { Account, Email, EmailTaken, User } from "./User.ts"
import { face } from "./Users.ts"

/** The rules of logging in, staying logged in and getting back in, over the ports that keep what they need. */
export class Auth extends Context.Service<
  Auth,
  {
    /** The same answer, in the same time, for an unknown address, a wrong password, a locked and an inactive account. */
    readonly login: (
      login: Login
    ) => Effect.Effect<LoggedIn, InvalidCredentials | SecondFactorRequired | RateLimited | StoreError>

    /** Who is asking, in one round trip. Call it at every request: rights and locks count from the next one on. */
    readonly validate: (
      token: Redacted.Redacted,
      client: Given
    ) => Effect.Effect<Principal, SessionRefused | StoreError>

    /** Ends the session; a token of none changes nothing. */
    readonly logout: (token: Redacted.Redacted, client: Given) => Effect.Effect<void, StoreError>

    /** A new token for the session, due when `Principal.rotationDue`. The old one lives on for 10 seconds. */
    readonly rotate: (
      token: Redacted.Redacted,
      client: Given
    ) => Effect.Effect<Redacted.Redacted, SessionRefused | StoreError>

    /** Ends all sessions, and answers the token of a new one. Works for those who must change their password, too. */
    readonly changePassword: (
      principal: Principal,
      change: PasswordChange
    ) => Effect.Effect<Redacted.Redacted, InvalidCredentials | WeakPassword | RateLimited | StoreError>

    /** Sends a link to whoever has this address. The same answer, in the same time, if nobody has. */
    readonly requestReset: (email: string, client: Given) => Effect.Effect<void, RateLimited | StoreError>

    /** Sets a new password by a link, once. Ends all sessions and opens none. */
    readonly resetPassword: (
      token: Redacted.Redacted,
      password: Redacted.Redacted,
      client: Given
    ) => Effect.Effect<void, InvalidLink | WeakPassword | StoreError>

    /** As `requestReset`, for a link that verifies the address. */
    readonly requestVerification: (email: string, client: Given) => Effect.Effect<void, RateLimited | StoreError>

    readonly verifyEmail: (token: Redacted.Redacted) => Effect.Effect<User, InvalidLink | StoreError>

    /** Logs someone out everywhere, and says how many sessions that ended. */
    readonly revokeAll: (principal: Principal, client: Given) => Effect.Effect<number, StoreError>

    /** What `Users.create` stores of a password that somebody was given. */
    readonly preparePassword: (
      password: Redacted.Redacted,
      about: Person
    ) => Effect.Effect<HashedPassword, WeakPassword>

    /** The first super_admin of an installation. Of any number of calls at once, in any number of processes, one wins. */
    readonly bootstrap: (
      first: Person & { readonly password: Redacted.Redacted },
      client: Given
    ) => Effect.Effect<User, AlreadyBootstrapped | EmailTaken | WeakPassword | StoreError>
  }
>()("@domainflow/core/Auth") {
  /** `bound` says what must be the same as at login besides the token; the fingerprint of address and agent always must. */
  static readonly layer = (bound: Binding = { ip: false, userAgent: false }) => Layer.effect(Auth, make(bound))
}

/** Where a call comes from, as far as the host knows. */
export type Given = Partial<Client.Client>

export interface Login {
  readonly email: string
  readonly password: Redacted.Redacted
  readonly client: Given
  /** The secret that an earlier login left with this browser. */
  readonly device?: Redacted.Redacted | null
  /** The token the browser comes with: its session ends, so that none survives from before the login. */
  readonly replaces?: Redacted.Redacted | null
  readonly secondFactor?: Redacted.Redacted | null
}

/** What someone has after logging in. Both secrets are shown here and never again. */
export interface LoggedIn {
  readonly user: User
  readonly token: Redacted.Redacted
  /** To be kept by the browser for 90 days and shown at the next login. */
  readonly device: Redacted.Redacted
}

export interface PasswordChange {
  readonly current: Redacted.Redacted
  readonly next: Redacted.Redacted
  readonly client: Given
  readonly device?: Redacted.Redacted | null
}

export interface Person {
  readonly email: Email
  readonly firstName: string
  readonly lastName: string
}

/** Letters on their way at once: their work must not crowd out the requests that wait for an answer. */
const couriers = 4

const make = Effect.fnUntraced(function* (bound: Binding) {
  const credentials = yield* Credentials
  const sessions = yield* Sessions
  const resets = yield* PasswordResets
  const limits = yield* RateLimits
  const log = yield* AuthLog
  const hasher = yield* PasswordHasher
  const courier = yield* Courier
  const secondFactor = yield* SecondFactor
  const scope = yield* Effect.scope
  const turn = yield* Semaphore.make(couriers)

  const limit = Effect.fnUntraced(function* (
    action: LimitedAction,
    buckets: ReadonlyArray<string>,
    client: Client.Client
  ) {
    const taken = yield* limits.take(action, buckets)
    if (taken.passed) return
    if (taken.justBlocked)
      yield* log.append({
        eventType: blockedEvents[action],
        eventStatus: "blocked",
        userId: null,
        client,
        details: { action, retryAfter: taken.retryAfter },
        riskScore: 70
      })
    return yield* new RateLimited({ action, retryAfter: taken.retryAfter })
  })

  const session = Effect.fnUntraced(function* (account: Account, client: Client.Client, device: Known) {
    const { hash, token } = yield* Token.mint
    const opened = yield* sessions.open({
      id: SessionId.make(hash),
      userId: account.id,
      passwordHash: account.passwordHash,
      client,
      ...device
    })
    return opened === null ? null : token
  })

  const prepare = Effect.fnUntraced(function* (password: Redacted.Redacted, about: Person) {
    const words = [about.email, about.firstName, about.lastName, "domainflow"]
    return yield* hasher.hash(yield* Effect.fromResult(accept(password, words)))
  })

  /** The password as it would be stored today, if it is not; a failure to do so keeps nobody out. */
  const upgraded = Effect.fnUntraced(function* (account: Account, password: Redacted.Redacted, isOutdated: boolean) {
    if (!isOutdated) return account
    const to = yield* hasher.hash(proven(password))
    const isDone = yield* credentials.rehash(account.id, account.passwordHash, to)
    return isDone ? { ...account, passwordHash: to.hash, passwordPepperVersion: to.pepperVersion } : account
  })

  /**
   * Does what an address asked for after the answer is given, so that the answer cannot tell whether anybody has it. What
   * goes wrong is the operator's to read; the cause is left out, since a mailer may quote the letter.
   */
  const behindTheAnswer = (kind: Letter["kind"], offer: (hash: string) => Effect.Effect<User | null, StoreError>) =>
    Effect.gen(function* () {
      const { hash, token } = yield* Token.mint
      const to = yield* offer(hash)
      if (to !== null) yield* courier.deliver({ kind, to, token })
    }).pipe(
      Effect.catchCause(() => Effect.logError(`a letter of kind ${kind} could not be delivered`)),
      turn.withPermits(1),
      Effect.forkIn(scope)
    )

  return Auth.of({
    login: Effect.fn("Auth.login")(function* (login) {
      const client = Client.parse(login.client)
      const email = folded(login.email)
      const shown = login.device == null ? null : { token: login.device, hash: yield* Token.hash(login.device) }
      const found = yield* credentials.find(email, shown === null ? null : DeviceId.make(shown.hash))
      const device = found.isKnownDevice && shown !== null ? shown : yield* Token.mint
      const deviceId = DeviceId.make(device.hash)
      const account = yield* accountBucket(email)
      const buckets = found.isKnownDevice ? [`device:${deviceId}`] : [...addressBuckets(client), account]
      yield* limit("login", buckets, client)

      const check = yield* hasher.verify(login.password, found.account === null ? null : stored(found.account))
      const refuse = Effect.fnUntraced(function* (fault: LoginFault) {
        yield* credentials.failed({
          fault,
          userId: found.account?.id ?? null,
          deviceId: found.isKnownDevice ? deviceId : null,
          client
        })
        return yield* new InvalidCredentials()
      })
      const fault = faultOf(found, check)
      if (found.account === null || fault !== null) return yield* refuse(fault ?? "unknown")

      const user = face(found.account)
      if (user.mfaEnabled && !(yield* secondFactor.verify(user, login.secondFactor ?? null))) {
        yield* Effect.ignore(refuse("second factor"))
        return yield* new SecondFactorRequired()
      }
      const known = { deviceId, isKnownDevice: found.isKnownDevice }
      const token = yield* session(yield* upgraded(found.account, login.password, check.outdated), client, known)
      if (token === null) return yield* refuse("changed meanwhile")
      yield* limits.clear("login", found.isKnownDevice ? `device:${deviceId}` : account)
      if (login.replaces != null)
        yield* sessions.end(SessionId.make(yield* Token.hash(login.replaces)), "replaced", client)
      return { user, token, device: device.token }
    }),

    validate: Effect.fn("Auth.validate")(function* (token, given) {
      const client = Client.parse(given)
      const sessionId = SessionId.make(yield* Token.hash(token))
      const { isValid, securityFlags, userId, ...known } = yield* sessions.validate(sessionId, client, bound)
      if (isValid && userId !== null) return new Principal({ ...known, userId, sessionId })
      if (securityFlags["idle_timeout"] === true) yield* sessions.end(sessionId, "idle", client)
      else if (userId !== null)
        yield* log.append({
          eventType: "session_revoked",
          eventStatus: "blocked",
          userId,
          sessionId,
          client,
          securityFlags,
          riskScore: 80
        })
      return yield* new SessionRefused({ flags: securityFlags })
    }),

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

    changePassword: Effect.fn("Auth.changePassword")(function* (principal, { client: given, current, device, next }) {
      const client = Client.parse(given)
      const { userId } = principal
      yield* limit("password_change", [`user:${userId}`], client)
      const account = yield* credentials.get(userId)
      const check = yield* hasher.verify(current, account === null ? null : stored(account))
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
      if (Redacted.value(current) === Redacted.value(next)) return yield* new WeakPassword({ reason: "unchanged" })
      const to = yield* prepare(next, personOf(account))
      if (!(yield* credentials.change(userId, account.passwordHash, to, client))) return yield* new InvalidCredentials()
      const deviceId = device == null ? null : DeviceId.make(yield* Token.hash(device))
      // They have just proved who they are: no lock of strangers' making stands between.
      const token = yield* session({ ...account, passwordHash: to.hash }, client, { deviceId, isKnownDevice: true })
      return token ?? (yield* new InvalidCredentials())
    }),

    requestReset: Effect.fn("Auth.requestReset")(function* (address, given) {
      const client = Client.parse(given)
      const email = folded(address)
      yield* limit("password_reset", [...addressBuckets(client), yield* accountBucket(email)], client)
      yield* behindTheAnswer("password_reset", (hash) => resets.offer(email, hash, client))
    }),

    resetPassword: Effect.fn("Auth.resetPassword")(function* (token, password, given) {
      const client = Client.parse(given)
      const hash = yield* Token.hash(token)
      const user = yield* resets.find(hash)
      // Hashing a password costs a fifth of a second: only for a link that works.
      const to = user === null ? null : yield* prepare(password, personOf(user))
      const changed = to === null ? null : yield* resets.redeem(hash, to, client)
      if (changed !== null) return
      const userId = user?.id ?? null
      yield* log.append({ eventType: "password_reset", eventStatus: "failure", userId, client, riskScore: 40 })
      return yield* new InvalidLink()
    }),

    requestVerification: Effect.fn("Auth.requestVerification")(function* (address, given) {
      const client = Client.parse(given)
      const email = folded(address)
      yield* limit("email_verification", [...addressBuckets(client), yield* accountBucket(email)], client)
      yield* behindTheAnswer("email_verification", (hash) => credentials.offerVerification(email, hash))
    }),

    verifyEmail: Effect.fn("Auth.verifyEmail")(function* (token) {
      const user = yield* credentials.verify(yield* Token.hash(token))
      return user ?? (yield* new InvalidLink())
    }),

    revokeAll: Effect.fn("Auth.revokeAll")(function* (principal, client) {
      return yield* sessions.endAll(principal.userId, Client.parse(client))
    }),

    preparePassword: Effect.fn("Auth.preparePassword")(prepare),

    bootstrap: Effect.fn("Auth.bootstrap")(function* ({ password, ...person }, client) {
      const user = yield* credentials.bootstrap(
        { ...person, password: yield* prepare(password, person) },
        Client.parse(client)
      )
      return user ?? (yield* new AlreadyBootstrapped())
    })
  })
})

interface Known {
  readonly deviceId: DeviceId | null
  readonly isKnownDevice: boolean
}

/** Under which event a refusal is written. */
const blockedEvents = {
  login: "login",
  password_reset: "password_reset_requested",
  email_verification: "password_reset_requested",
  password_change: "password_change"
} as const satisfies Record<LimitedAction, string>

const faultOf = ({ account, isLocked }: Found, check: PasswordCheck): LoginFault | null => {
  if (account === null) return "unknown"
  if (!account.isActive) return "inactive"
  if (isLocked) return "locked"
  return check.matches ? null : "wrong password"
}

const stored = (account: Account): HashedPassword => ({
  hash: account.passwordHash,
  pepperVersion: account.passwordPepperVersion
})

/** Addresses are told apart without regard to case, as people type them. */
const folded = (email: string): string => Storable.text(email).trim().toLowerCase()

/** An address that is stored was one when it was stored; what an older program stored is only compared with. */
const personOf = (user: User): Person => ({ ...user, email: user.email as Email })
