import { Clock, Context, Effect, Layer, Schema } from "effect"
import type { AuditAction } from "../audit/AuditEntry.ts"
import { AuditLog } from "../audit/AuditLog.ts"
import * as Ids from "../Ids.ts"
import * as Page from "../Page.ts"
import * as Storable from "../Storable.ts"
import type { StoreError } from "../StoreError.ts"
import type { AuthEventType } from "./AuthAuditEntry.ts"
import { AuthLog } from "./AuthLog.ts"
import * as Memory from "./AuthMemory.ts"
import { AuthMemory } from "./AuthMemory.ts"
import type { Grant } from "./Grant.ts"
import * as Guarded from "./Guarded.ts"
import type { HashedPassword } from "./Password.ts"
import { type NotHeld, type RoleName, RoleNotFound } from "./Role.ts"
import { Account, type Email, EmailTaken, type LastSuperAdmin, User, UserNotFound } from "./User.ts"
import { UserId } from "./UserId.ts"

/** Managing others is one right; over whom it reaches is for each operation to see. */
type Manage = Grant<"users:manage">

/**
 * Where accounts are kept, for those who manage them. Nobody governs an account that may do more than they may, and the last
 * super_admin stays. Every change is in the audit log with it, ends the sessions it must end, and counts at the next request
 * of every process.
 */
export class Users extends Context.Service<
  Users,
  {
    readonly create: (
      grant: Manage,
      user: NewUser
    ) => Effect.Effect<User, EmailTaken | RoleNotFound | NotHeld | StoreError>

    readonly get: (grant: Manage, id: UserId) => Effect.Effect<User, UserNotFound | StoreError>

    /** By e-mail. */
    readonly page: (
      grant: Manage,
      request?: Page.PageRequest
    ) => Effect.Effect<Page.Page<User>, Page.InvalidCursor | StoreError>

    /** Changes the fields that are given. A new address is unverified, and the
     * links that were sent to the old one are void; a change of the second factor rotates the sessions. */
    readonly update: (
      grant: Manage,
      id: UserId,
      change: UserChange
    ) => Effect.Effect<User, UserNotFound | EmailTaken | NotHeld | StoreError>

    /** Until a time, or until unlocked. Unlike the lock for failed logins, this one ends the sessions. */
    readonly lock: (
      grant: Manage,
      id: UserId,
      until?: Date | null
    ) => Effect.Effect<User, UserNotFound | NotHeld | LastSuperAdmin | StoreError>

    /** Lifts either lock and forgets the failures. */
    readonly unlock: (grant: Manage, id: UserId) => Effect.Effect<User, UserNotFound | NotHeld | StoreError>

    readonly activate: (grant: Manage, id: UserId) => Effect.Effect<User, UserNotFound | NotHeld | StoreError>

    readonly deactivate: (
      grant: Manage,
      id: UserId
    ) => Effect.Effect<User, UserNotFound | NotHeld | LastSuperAdmin | StoreError>

    /** Their campaigns stay, without an owner; so does what the logs say of them. */
    readonly delete: (
      grant: Manage,
      id: UserId
    ) => Effect.Effect<void, UserNotFound | NotHeld | LastSuperAdmin | StoreError>
  }
>()("@domainflow/core/Users") {
  static readonly layerMemory = Layer.effect(
    Users,
    Effect.gen(function* () {
      const tables = yield* AuthMemory
      const audit = yield* AuditLog
      const log = yield* AuthLog

      const find = (userId: UserId) =>
        Effect.fromNullishOr(tables.accounts.get(userId)).pipe(Effect.mapError(() => new UserNotFound({ userId })))

      const refuseTaken = Effect.fnUntraced(function* (email: Email, by: UserId | null) {
        const holder = [...tables.accounts.values()].find((account) => account.email === email)
        if (holder !== undefined && holder.id !== by) return yield* new EmailTaken({ email })
      })

      /** Stores a change with its lines in both logs. */
      const put = Effect.fnUntraced(function* (
        grant: Manage,
        account: Account,
        action: AuditAction,
        event: AuthEventType | null,
        details: Schema.Json
      ) {
        tables.accounts.set(account.id, account)
        yield* Guarded.as(grant, audit.append({ action, entityId: account.id, details }))
        const client = yield* Memory.actorsClient
        if (event !== null)
          yield* log.append({ eventType: event, eventStatus: "success", userId: account.id, client, details })
        return face(account)
      })

      const endSessions = Effect.fnUntraced(function* (userId: UserId, reason: string) {
        const client = yield* Memory.actorsClient
        for (const sessionId of Memory.endSessions(tables, userId))
          yield* log.append({
            eventType: "session_revoked",
            eventStatus: "success",
            userId,
            sessionId,
            client,
            details: { reason }
          })
      })

      return Users.of({
        create: Effect.fnUntraced(function* (grant, user) {
          for (const name of user.roles) if (!tables.roles.has(name)) return yield* new RoleNotFound({ name })
          yield* Memory.holds(tables, grant, Memory.rightsOf(tables, user.roles))
          yield* refuseTaken(user.email, null)
          const account = yield* accountOf(user)
          for (const name of user.roles) Memory.give(tables, account.id, name, grant.userId, account.createdAt, null)
          return yield* put(grant, account, "user.created", "user_created", { roles: user.roles })
        }),

        get: (_grant, userId) => Effect.map(find(userId), face),

        page: Effect.fnUntraced(function* (_grant, request) {
          const after = yield* Page.position(PageKey, request)
          const rows = [...tables.accounts.values()]
            .sort(byEmail)
            .filter(({ email }) => after === null || email > after)
          return Page.page(rows.map(face), request, pageKey)
        }),

        update: Effect.fnUntraced(function* (grant, userId, change) {
          const account = yield* Memory.governed(tables, grant, userId)
          if (change.email !== undefined) yield* refuseTaken(change.email, userId)
          const isNewAddress = change.email !== undefined && change.email !== account.email
          const isNewFactor = change.mfaEnabled !== undefined && change.mfaEnabled !== account.mfaEnabled
          if (isNewFactor) Memory.dueForRotation(tables, userId)
          if (isNewAddress) Memory.voidLinks(tables, userId)
          const changed = new Account({
            ...account,
            ...storable(change),
            ...(isNewAddress
              ? { emailVerified: false, emailVerificationToken: null, emailVerificationExpiresAt: null }
              : {})
          })
          const details = { changed: Object.keys(change) }
          return isNewFactor
            ? yield* put(grant, changed, "user.mfa_changed", "mfa_changed", details)
            : yield* put(grant, changed, "user.updated", null, details)
        }),

        lock: Effect.fnUntraced(function* (grant, userId, until = null) {
          const account = yield* Memory.governed(tables, grant, userId)
          yield* Memory.spare(tables, userId)
          yield* endSessions(userId, "locked")
          const locked = new Account({ ...account, isLocked: true, lockedUntil: until })
          return yield* put(grant, locked, "user.locked", "account_locked", { until: until?.toISOString() ?? null })
        }),

        unlock: Effect.fnUntraced(function* (grant, userId) {
          const account = yield* Memory.governed(tables, grant, userId)
          const unlocked = new Account({ ...account, isLocked: false, lockedUntil: null, failedLoginAttempts: 0 })
          tables.locksInARow.delete(userId)
          return yield* put(grant, unlocked, "user.unlocked", "account_unlocked", null)
        }),

        activate: Effect.fnUntraced(function* (grant, userId) {
          const account = yield* Memory.governed(tables, grant, userId)
          return yield* put(grant, new Account({ ...account, isActive: true }), "user.activated", null, null)
        }),

        deactivate: Effect.fnUntraced(function* (grant, userId) {
          const account = yield* Memory.governed(tables, grant, userId)
          yield* Memory.spare(tables, userId)
          yield* endSessions(userId, "deactivated")
          return yield* put(grant, new Account({ ...account, isActive: false }), "user.deactivated", null, null)
        }),

        delete: Effect.fnUntraced(function* (grant, userId) {
          const account = yield* Memory.governed(tables, grant, userId)
          yield* Memory.spare(tables, userId)
          yield* endSessions(userId, "deleted")
          yield* put(grant, account, "user.deleted", null, null)
          Memory.forget(tables, userId)
        })
      })
    })
  )
}

export interface NewUser {
  readonly email: Email
  readonly password: HashedPassword
  readonly firstName: string
  readonly lastName: string
  readonly avatarUrl?: string | null
  readonly roles: ReadonlyArray<RoleName>
  /** They can do nothing else until they have: for a password that somebody else chose. */
  readonly mustChangePassword?: boolean
}

export interface UserChange {
  readonly email?: Email
  readonly firstName?: string
  readonly lastName?: string
  readonly avatarUrl?: string | null
  readonly mfaEnabled?: boolean
}

/** What may be shown of an account. */
export const face = (account: Account): User => {
  const { emailVerificationToken: _token, passwordHash: _hash, ...shown } = account
  return new User(shown)
}

/** The key of its pages. */
export const PageKey = Schema.String
export const pageKey = (user: User): string => user.email

/** The account a new user starts with. */
export const accountOf = Effect.fnUntraced(function* (user: NewUser) {
  const now = new Date(yield* Clock.currentTimeMillis)
  return new Account({
    id: UserId.make(yield* Ids.one),
    email: user.email,
    emailVerified: false,
    emailVerificationToken: null,
    emailVerificationExpiresAt: null,
    passwordHash: user.password.hash,
    passwordPepperVersion: user.password.pepperVersion,
    ...storable({ firstName: user.firstName, lastName: user.lastName, avatarUrl: user.avatarUrl ?? null }),
    isActive: true,
    isLocked: false,
    failedLoginAttempts: 0,
    lockedUntil: null,
    lastLoginAt: null,
    lastLoginIp: null,
    passwordChangedAt: now,
    mustChangePassword: user.mustChangePassword ?? false,
    mfaEnabled: false,
    createdAt: now,
    updatedAt: now
  })
})

/** What people may type, as every store takes it. */
const storable = <A extends Pick<UserChange, "firstName" | "lastName" | "avatarUrl">>(given: A): A => ({
  ...given,
  ...(given.firstName === undefined ? {} : { firstName: Storable.text(given.firstName) }),
  ...(given.lastName === undefined ? {} : { lastName: Storable.text(given.lastName) }),
  ...(given.avatarUrl == null ? {} : { avatarUrl: Storable.text(given.avatarUrl) })
})

const byEmail = (a: Account, b: Account) => (a.email < b.email ? -1 : 1)
