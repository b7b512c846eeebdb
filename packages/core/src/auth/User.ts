import { Schema } from "effect"
import { nullAs, orNull } from "../Column.ts"
import * as Storable from "../Storable.ts"
import { UserId } from "./UserId.ts"

/** An address to log in with: lower case, at most 254 characters (RFC 5321 4.5.3.1.3), one `@`, no spaces. */
export const Email = Schema.String.check(
  Schema.isMaxLength(254),
  Schema.isPattern(/^[^\s@\p{Cc}\p{Lu}]+@[^\s@\p{Cc}\p{Lu}]+$/u, { message: "expected a lower-case e-mail address" })
).pipe(Schema.brand("Email"))
export type Email = typeof Email.Type

/** Addresses are told apart without regard to case, as people type them. */
export const fold = (typed: string): string => Storable.text(typed).trim().toLowerCase()

export const PersonName = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(100))

/** Someone with an account, as it may be shown: no secret of theirs, hashed or not, is in here. */
export class User extends Schema.Class<User>("@domainflow/core/User")({
  id: UserId,
  email: Schema.String,
  emailVerified: nullAs(Schema.Boolean, false),
  emailVerificationExpiresAt: orNull(Schema.Date),
  passwordPepperVersion: nullAs(Schema.Int, 1),
  firstName: Schema.String,
  lastName: Schema.String,
  avatarUrl: Schema.NullOr(Schema.String),
  isActive: nullAs(Schema.Boolean, true),
  /** Locked by an administrator, until unlocked; a lock for failed logins is `lockedUntil` alone. */
  isLocked: nullAs(Schema.Boolean, false),
  failedLoginAttempts: nullAs(Schema.Int, 0),
  lockedUntil: orNull(Schema.Date),
  lastLoginAt: orNull(Schema.Date),
  lastLoginIp: Schema.NullOr(Schema.String),
  passwordChangedAt: orNull(Schema.Date),
  mustChangePassword: nullAs(Schema.Boolean, false),
  mfaEnabled: Schema.Boolean,
  createdAt: orNull(Schema.Date),
  updatedAt: orNull(Schema.Date)
}) {}

/** Never encoded: a hash leaves the store for the hasher and nobody else. */
const Secret = Schema.RedactedFromValue(Schema.String, { disallowEncode: true })

/** The whole row of `auth.users`: a user and what proves to be them. */
export class Account extends User.extend<Account>("@domainflow/core/Account")({
  passwordHash: Secret,
  /** SHA-256 in hex of the token that was sent. */
  emailVerificationToken: Schema.NullOr(Secret)
}) {}

export class UserNotFound extends Schema.TaggedError<UserNotFound>()("UserNotFound", { userId: UserId }) {
  override get message() {
    return `user ${this.userId} does not exist`
  }
}

/** Somebody has an account with this address already. Only those who manage users are ever told. */
export class EmailTaken extends Schema.TaggedError<EmailTaken>()("EmailTaken", { email: Email }) {
  override get message() {
    return `there is an account for ${this.email} already`
  }
}

/** There must always be someone who can do everything, active, unlocked and without an end to it. */
export class LastSuperAdmin extends Schema.TaggedError<LastSuperAdmin>()("LastSuperAdmin", { userId: UserId }) {
  override get message() {
    return `user ${this.userId} is the last active super_admin: make another one first`
  }
}
