import { Context, Effect, Layer, type Redacted } from "effect"
import type { StoreError } from "../StoreError.ts"
import type {
  AlreadyBootstrapped,
  InvalidCredentials,
  InvalidLink,
  RateLimited,
  SecondFactorRequired,
  SessionRefused
} from "./AuthError.ts"
import type * as Client from "./Client.ts"
import * as Links from "./Links.ts"
import * as Logins from "./Login.ts"
import type { HashedPassword, WeakPassword } from "./Password.ts"
import * as Passwords from "./Passwords.ts"
import type { Principal } from "./Principal.ts"
import type { Binding } from "./Sessions.ts"
import type { Email, EmailTaken, User } from "./User.ts"

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
  static readonly layer = (bound: Binding = { ip: false, userAgent: false }) =>
    Layer.effect(
      Auth,
      Effect.gen(function* () {
        return { ...(yield* Logins.make(bound)), ...(yield* Passwords.make), ...(yield* Links.make) }
      })
    )
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
