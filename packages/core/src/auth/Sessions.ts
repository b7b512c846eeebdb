import { Clock, Context, Effect, Layer, Redacted } from "effect"
import type { StoreError } from "../StoreError.ts"
import type { SecurityFlags } from "./AuthAuditEntry.ts"
import { AuthLog } from "./AuthLog.ts"
import * as Memory from "./AuthMemory.ts"
import { AuthMemory } from "./AuthMemory.ts"
import type { Client } from "./Client.ts"
import type { DeviceId } from "./DeviceId.ts"
import { fingerprints } from "./Fingerprints.ts"
import { devicesPerUser, idleMinutes, rotationGraceSeconds, sessionHours, sessionsPerUser } from "./limits.ts"
import { Session, type SessionId } from "./Session.ts"
import { Account } from "./User.ts"
import type { UserId } from "./UserId.ts"

/** A login that was proved, about to become a session. */
export interface Opening {
  readonly id: SessionId
  readonly userId: UserId
  /** As it was when it was proved: a password that changed since opens nothing. */
  readonly passwordHash: Redacted.Redacted
  readonly client: Client
  /** Known from now on, where the browser keeps its secret. */
  readonly deviceId: DeviceId | null
  /** It was known before: a lock for failed logins does not keep it out. */
  readonly isKnownDevice: boolean
}

/** What must be the same as at login, besides the token. */
export interface Binding {
  readonly ip: boolean
  readonly userAgent: boolean
}

/** What one look at the store says about a token. */
export interface Validation {
  /** No flag is raised. */
  readonly isValid: boolean
  /** Known for every session that is not over, valid or not. */
  readonly userId: UserId | null
  /**
   * `ip_mismatch` and `user_agent_mismatch` (where bound), `fingerprint_mismatch`, `idle_timeout`, each true and several at
   * once, or `error: "session_not_found"`.
   */
  readonly securityFlags: SecurityFlags
  readonly permissions: ReadonlyArray<string>
  readonly roles: ReadonlyArray<string>
  readonly mustChangePassword: boolean
  /** The holder's rights changed since the token was issued. */
  readonly rotationDue: boolean
}

export type EndReason = "logout" | "everywhere" | "replaced" | "idle"

/** Where sessions are kept, by the hash of their token. */
export class Sessions extends Context.Service<
  Sessions,
  {
    /**
     * Opens a session and records the login; the oldest of more than five goes. Null if the account was locked, deactivated or
     * given another password since the proof.
     */
    readonly open: (opening: Opening) => Effect.Effect<Session | null, StoreError>

    /** Validity, flags, permissions and roles in one round trip. Touches the activity, at most once a minute, if all is well. */
    readonly validate: (id: SessionId, client: Client, bound: Binding) => Effect.Effect<Validation, StoreError>

    /**
     * Gives a session another id; the old one lives on for a few seconds, for requests under way. False if it is over or was
     * rotated already: of several calls at once one wins.
     */
    readonly rotate: (id: SessionId, to: SessionId) => Effect.Effect<boolean, StoreError>

    /** Ends a session under this id and under any other that rotating gave it. False if it was over already. */
    readonly end: (id: SessionId, reason: EndReason, client: Client) => Effect.Effect<boolean, StoreError>

    /** Ends all of someone's sessions and says how many. */
    readonly endAll: (userId: UserId, client: Client) => Effect.Effect<number, StoreError>

    /** Someone's live sessions, newest first. */
    readonly of: (userId: UserId) => Effect.Effect<ReadonlyArray<Session>, StoreError>

    /** Removes what has expired or was ended, and says how many that were. */
    readonly cleanup: Effect.Effect<number, StoreError>
  }
>()("@domainflow/core/Sessions") {
  static readonly layerMemory = Layer.effect(
    Sessions,
    Effect.gen(function* () {
      const tables = yield* AuthMemory
      const log = yield* AuthLog
      const live = (userId: UserId) =>
        [...tables.sessions.values()].map(({ session }) => session).filter((session) => session.userId === userId)
      const put = (session: Session, state: Partial<Memory.KeptSession> = {}) =>
        tables.sessions.set(session.id, {
          rotationDue: false,
          isRotated: false,
          openedAs: session.id,
          ...state,
          session
        })

      return Sessions.of({
        open: Effect.fnUntraced(function* ({ client, deviceId, id, isKnownDevice, passwordHash, userId }) {
          const now = yield* Clock.currentTimeMillis
          const prints = yield* fingerprints(client)
          const account = tables.accounts.get(userId)
          const isShut =
            account === undefined ||
            !account.isActive ||
            Memory.isLocked(account, now) ||
            Redacted.value(account.passwordHash) !== Redacted.value(passwordHash) ||
            (!isKnownDevice && Memory.isShutToStrangers(account, now))
          if (isShut) return null

          const session = new Session({
            id,
            userId,
            ipAddress: client.ip,
            userAgent: client.userAgent,
            screenResolution: client.screenResolution,
            ...prints,
            isActive: true,
            expiresAt: new Date(now + sessionHours * 3_600_000),
            lastActivityAt: new Date(now),
            createdAt: new Date(now)
          })
          for (const old of live(userId)
            .sort(newestFirst)
            .slice(sessionsPerUser - 1))
            tables.sessions.delete(old.id)
          put(session)
          if (deviceId !== null) tables.devices.set(deviceId, { userId, failures: 0, lastUsedAt: now })
          const devices = [...tables.devices].filter(([, device]) => device.userId === userId)
          for (const [old] of devices.sort(([, a], [, b]) => b.lastUsedAt - a.lastUsedAt).slice(devicesPerUser))
            tables.devices.delete(old)
          tables.locksInARow.delete(userId)
          tables.accounts.set(
            userId,
            new Account({
              ...account,
              isLocked: false,
              lockedUntil: null,
              failedLoginAttempts: 0,
              lastLoginAt: new Date(now),
              lastLoginIp: client.ip
            })
          )
          yield* log.append({ eventType: "login", eventStatus: "success", userId, sessionId: id, client })
          return session
        }),

        validate: Effect.fnUntraced(function* (id, client, bound) {
          const now = yield* Clock.currentTimeMillis
          const found = tables.sessions.get(id)
          const account = found && tables.accounts.get(found.session.userId)
          if (
            found === undefined ||
            account === undefined ||
            found.session.expiresAt.getTime() <= now ||
            !account.isActive ||
            Memory.isLocked(account, now)
          )
            return notFound
          const { session } = found
          const lastActivity = session.lastActivityAt?.getTime() ?? 0
          const prints = yield* fingerprints({ ...client, screenResolution: session.screenResolution })
          const flags = raised({
            ip_mismatch: bound.ip && client.ip !== session.ipAddress,
            user_agent_mismatch: bound.userAgent && client.userAgent !== session.userAgent,
            fingerprint_mismatch:
              session.sessionFingerprint !== null && prints.sessionFingerprint !== session.sessionFingerprint,
            idle_timeout: lastActivity + idleMinutes * 60_000 < now
          })
          const isValid = Object.keys(flags).length === 0
          if (isValid && lastActivity + 60_000 < now)
            put(new Session({ ...session, lastActivityAt: new Date(now) }), found)
          const roles = isValid ? Memory.rolesOf(tables, account.id, now) : []
          return {
            isValid,
            userId: account.id,
            securityFlags: flags,
            permissions: [...Memory.rightsOf(tables, roles)].sort(),
            roles: roles.toSorted(),
            mustChangePassword: account.mustChangePassword,
            rotationDue: found.rotationDue
          }
        }),

        rotate: Effect.fnUntraced(function* (id, to) {
          const now = yield* Clock.currentTimeMillis
          const found = tables.sessions.get(id)
          if (found === undefined || found.session.expiresAt.getTime() <= now || found.isRotated) return false
          const { openedAs } = found
          put(new Session({ ...found.session, id: to }), { openedAs })
          const grace = new Date(now + rotationGraceSeconds * 1_000)
          put(new Session({ ...found.session, expiresAt: grace }), { isRotated: true, openedAs })
          return true
        }),

        end: Effect.fnUntraced(function* (id, reason, client) {
          const found = tables.sessions.get(id)
          if (found === undefined) return false
          const isOver = found.session.expiresAt.getTime() <= (yield* Clock.currentTimeMillis)
          for (const { openedAs, session } of [...tables.sessions.values()])
            if (session.id === id || (!isOver && openedAs === found.openedAs)) tables.sessions.delete(session.id)
          yield* log.append({
            eventType: endEvents[reason],
            eventStatus: "success",
            userId: found.session.userId,
            sessionId: id,
            client,
            details: { reason }
          })
          return true
        }),

        endAll: Effect.fnUntraced(function* (userId, client) {
          const ended = Memory.endSessions(tables, userId)
          for (const sessionId of ended)
            yield* log.append({
              eventType: "session_revoked",
              eventStatus: "success",
              userId,
              sessionId,
              client,
              details: { reason: "everywhere" }
            })
          return ended.length
        }),

        of: (userId) => Effect.sync(() => live(userId).sort(newestFirst)),

        cleanup: Effect.gen(function* () {
          const now = yield* Clock.currentTimeMillis
          const over = [...tables.sessions.values()].filter(({ session }) => session.expiresAt.getTime() <= now)
          for (const { session } of over) tables.sessions.delete(session.id)
          return over.length
        })
      })
    })
  )
}

/** What the log calls the end of a session. */
export const endEvents = {
  logout: "logout",
  everywhere: "session_revoked",
  replaced: "session_revoked",
  idle: "session_expired"
} as const satisfies Record<EndReason, string>

const notFound: Validation = {
  isValid: false,
  userId: null,
  securityFlags: { error: "session_not_found" },
  permissions: [],
  roles: [],
  mustChangePassword: false,
  rotationDue: false
}

const raised = (flags: Record<string, boolean>): SecurityFlags =>
  Object.fromEntries(Object.entries(flags).filter(([, isRaised]) => isRaised))

const newestFirst = (a: Session, b: Session) => (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0)
