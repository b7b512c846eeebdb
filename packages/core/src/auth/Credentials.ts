import { Clock, Context, Effect, Layer, Redacted } from "effect"
import { AuditLog } from "../audit/AuditLog.ts"
import type { StoreError } from "../StoreError.ts"
import { AuthLog } from "./AuthLog.ts"
import * as Memory from "./AuthMemory.ts"
import { AuthMemory } from "./AuthMemory.ts"
import type { Client } from "./Client.ts"
import type { DeviceId } from "./DeviceId.ts"
import { isGuess, type LoginFault, lockFor, risk } from "./LoginFault.ts"
import { deviceDays, failuresUntilLock, linkMinutes } from "./limits.ts"
import type { HashedPassword } from "./Password.ts"
import { superAdmin } from "./Role.ts"
import { Account, EmailTaken, type User } from "./User.ts"
import type { UserId } from "./UserId.ts"
import { accountOf, face, type NewUser } from "./Users.ts"

/** An account that someone tries to log in to. */
export interface Found {
  readonly account: Account | null
  /** The caller showed a device that logged in to this account before. */
  readonly isKnownDevice: boolean
  /** Locked for this caller, by the store's clock: a lock for failed logins does not keep out a known device. */
  readonly isLocked: boolean
}

export interface LoginFailure {
  readonly fault: LoginFault
  readonly userId: UserId | null
  /** The known device it came from: it counts there, and not against the account. */
  readonly deviceId: DeviceId | null
  readonly client: Client
}

/** What proves to be someone: passwords, known devices, the address. Only the rules of `Auth` use it. */
export class Credentials extends Context.Service<
  Credentials,
  {
    readonly find: (email: string, deviceId: DeviceId | null) => Effect.Effect<Found, StoreError>

    readonly get: (id: UserId) => Effect.Effect<Account | null, StoreError>

    /**
     * Records a failed login: one statement of the same shape for every fault. Five wrong passwords in a row lock the account
     * for strangers, twice as long each time; a lock that ended starts the count anew. An administrator's lock stays as it is. Where the
     * store's answer is lost, one login may be written down and counted twice.
     */
    readonly failed: (failure: LoginFailure) => Effect.Effect<void, StoreError>

    /** The same password, stored better. False if it was changed meanwhile. */
    readonly rehash: (id: UserId, was: Redacted.Redacted, to: HashedPassword) => Effect.Effect<boolean, StoreError>

    /** A new password: ends every session, forgets failures and known devices. False if it was changed meanwhile. */
    readonly change: (
      id: UserId,
      was: Redacted.Redacted,
      to: HashedPassword,
      client: Client
    ) => Effect.Effect<boolean, StoreError>

    /** Keeps the hash of a token that was sent to the address; null where no active, unverified account has it. */
    readonly offerVerification: (email: string, tokenHash: string) => Effect.Effect<User | null, StoreError>

    /** Whose address the token verifies, once and in time. */
    readonly verify: (tokenHash: string) => Effect.Effect<User | null, StoreError>

    /** The first super_admin; null if there has been one. Of any number of calls at once one wins. */
    readonly bootstrap: (
      user: Omit<NewUser, "roles">,
      client: Client
    ) => Effect.Effect<User | null, EmailTaken | StoreError>
  }
>()("@domainflow/core/Credentials") {
  static readonly layerMemory = Layer.effect(
    Credentials,
    Effect.gen(function* () {
      const tables = yield* AuthMemory
      const audit = yield* AuditLog
      const log = yield* AuthLog
      const byEmail = (email: string) =>
        [...tables.accounts.values()].find((account) => account.email === email) ?? null
      const put = (account: Account) => void tables.accounts.set(account.id, account)
      const isStored = (account: Account | undefined, hash: Redacted.Redacted): account is Account =>
        account !== undefined && Redacted.value(account.passwordHash) === Redacted.value(hash)

      return Credentials.of({
        find: (email, deviceId) =>
          Effect.map(Clock.currentTimeMillis, (now) => {
            const account = byEmail(email)
            const device = deviceId === null ? undefined : tables.devices.get(deviceId)
            const isKnownDevice =
              device !== undefined && device.userId === account?.id && device.lastUsedAt + deviceDays * 86_400_000 > now
            const isLocked =
              account !== null &&
              (Memory.isLocked(account, now) || (!isKnownDevice && Memory.isShutToStrangers(account, now)))
            return { account, isKnownDevice, isLocked }
          }),

        get: (id) => Effect.sync(() => tables.accounts.get(id) ?? null),

        failed: Effect.fnUntraced(function* ({ client, deviceId, fault, userId }) {
          yield* log.append({
            eventType: "login",
            eventStatus: "failure",
            userId,
            client,
            details: { fault },
            riskScore: risk[fault]
          })
          // Read once the line is written, for which others were let in.
          const now = yield* Clock.currentTimeMillis
          const account = userId === null ? undefined : tables.accounts.get(userId)
          const device = deviceId === null ? undefined : tables.devices.get(deviceId)
          if (!isGuess[fault] || account === undefined) return
          if (deviceId !== null && device !== undefined) {
            const failures = device.failures + 1
            if (failures < failuresUntilLock) tables.devices.set(deviceId, { ...device, failures })
            else tables.devices.delete(deviceId)
            return
          }
          // An administrator may have locked it while the password was being hashed: nothing but `unlock` lifts that.
          if (Memory.isLocked(account, now)) return
          const isOver = account.lockedUntil !== null && account.lockedUntil.getTime() <= now
          const failures = (isOver ? 0 : account.failedLoginAttempts) + 1
          const locks = tables.locksInARow.get(account.id) ?? 0
          const isLocking = failures >= failuresUntilLock
          const until = isLocking ? new Date(now + lockFor(locks) * 60_000) : isOver ? null : account.lockedUntil
          put(new Account({ ...account, isLocked: false, failedLoginAttempts: failures, lockedUntil: until }))
          if (!isLocking) return
          tables.locksInARow.set(account.id, locks + 1)
          yield* log.append({
            eventType: "account_locked",
            eventStatus: "success",
            userId,
            client,
            details: { minutes: lockFor(locks) },
            riskScore: 60
          })
        }),

        rehash: (id, was, to) =>
          Effect.sync(() => {
            const account = tables.accounts.get(id)
            if (!isStored(account, was)) return false
            put(new Account({ ...account, passwordHash: to.hash, passwordPepperVersion: to.pepperVersion }))
            return true
          }),

        change: Effect.fnUntraced(function* (userId, was, to, client) {
          const account = tables.accounts.get(userId)
          if (!isStored(account, was)) return false
          put(renewed(account, to, new Date(yield* Clock.currentTimeMillis)))
          Memory.startAnew(tables, userId)
          const sessions = Memory.endSessions(tables, userId)
          yield* audit.append({ action: "user.password_changed", entityId: userId })
          const details = { sessions: sessions.length }
          yield* log.append({ eventType: "password_change", eventStatus: "success", userId, client, details })
          return true
        }),

        offerVerification: Effect.fnUntraced(function* (email, tokenHash) {
          const account = byEmail(email)
          if (account === null || !account.isActive || account.emailVerified) return null
          const expiresAt = new Date((yield* Clock.currentTimeMillis) + linkMinutes * 60_000)
          const offered = new Account({
            ...account,
            emailVerificationToken: Redacted.make(tokenHash, { label: "hash" }),
            emailVerificationExpiresAt: expiresAt
          })
          put(offered)
          return face(offered)
        }),

        verify: Effect.fnUntraced(function* (tokenHash) {
          const now = yield* Clock.currentTimeMillis
          const account = [...tables.accounts.values()].find(
            ({ emailVerificationExpiresAt: until, emailVerificationToken: token }) =>
              token !== null && Redacted.value(token) === tokenHash && until !== null && until.getTime() > now
          )
          if (account === undefined) return null
          const verified = new Account({
            ...account,
            emailVerified: true,
            emailVerificationToken: null,
            emailVerificationExpiresAt: null
          })
          put(verified)
          yield* audit.append({ action: "user.email_verified", entityId: account.id })
          return face(verified)
        }),

        bootstrap: Effect.fnUntraced(function* (user, client) {
          const { id } = tables.roles.get(superAdmin)!.role
          const account = yield* accountOf({ ...user, roles: [superAdmin] })
          if (tables.held.some((held) => held.roleId === id)) return null
          if (byEmail(user.email) !== null) return yield* new EmailTaken({ email: user.email })
          put(account)
          Memory.give(tables, account.id, superAdmin, null, account.createdAt, null)
          yield* audit.append({ action: "user.created", entityId: account.id, details: { roles: [superAdmin] } })
          const details = { bootstrap: true }
          yield* log.append({ eventType: "user_created", eventStatus: "success", userId: account.id, client, details })
          return face(account)
        })
      })
    })
  )
}

/** An account with a new password, and a clean slate. */
export const renewed = (account: Account, to: HashedPassword, at: Date): Account =>
  new Account({
    ...account,
    passwordHash: to.hash,
    passwordPepperVersion: to.pepperVersion,
    passwordChangedAt: at,
    mustChangePassword: false,
    failedLoginAttempts: 0,
    lockedUntil: account.isLocked ? account.lockedUntil : null
  })
