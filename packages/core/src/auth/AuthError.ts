import { Schema } from "effect"
import { SecurityFlags } from "./AuthAuditEntry.ts"
import { LimitedAction } from "./RateLimit.ts"

/** E-mail or password is wrong, or the account is locked or inactive: which of these is not said. */
export class InvalidCredentials extends Schema.TaggedError<InvalidCredentials>()("InvalidCredentials", {}) {
  override get message() {
    return "e-mail or password is wrong"
  }
}

/** Everything so far is right, and the account asks for a second factor that was missing or wrong. */
export class SecondFactorRequired extends Schema.TaggedError<SecondFactorRequired>()("SecondFactorRequired", {}) {
  override get message() {
    return "this account asks for a second factor"
  }
}

/** Too many attempts; the same for an account that exists and one that does not. */
export class RateLimited extends Schema.TaggedError<RateLimited>()("RateLimited", {
  action: LimitedAction,
  /** Seconds. */
  retryAfter: Schema.Int
}) {
  override get message() {
    return `too many attempts: try again in ${this.retryAfter} seconds`
  }
}

/** The token is of no session that may go on. The flags are for the log; who was refused learns only that they were. */
export class SessionRefused extends Schema.TaggedError<SessionRefused>()("SessionRefused", { flags: SecurityFlags }) {
  override get message() {
    return "not logged in"
  }
}

/** The link was used, is too old, or never was one. */
export class InvalidLink extends Schema.TaggedError<InvalidLink>()("InvalidLink", {}) {
  override get message() {
    return "this link does not work any more: ask for a new one"
  }
}

/** There has been a super_admin; the others are made by them. */
export class AlreadyBootstrapped extends Schema.TaggedError<AlreadyBootstrapped>()("AlreadyBootstrapped", {}) {
  override get message() {
    return "this installation has a super_admin already"
  }
}
