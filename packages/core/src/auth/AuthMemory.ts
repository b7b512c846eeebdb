import { Clock, Context, Effect, Layer } from "effect"
import { Actor } from "../audit/Actor.ts"
import type * as Client from "./Client.ts"
import type { DeviceId } from "./DeviceId.ts"
import type { Grant } from "./Grant.ts"
import type { PasswordResetToken } from "./PasswordResetToken.ts"
import type { Permission } from "./Permission.ts"
import { NotHeld, Role, RoleId, RoleName, rights, superAdmin, systemRoles, UserRole } from "./Role.ts"
import type { Session, SessionId } from "./Session.ts"
import { type Account, LastSuperAdmin, UserNotFound } from "./User.ts"
import type { UserId } from "./UserId.ts"

/** A browser that has logged in. */
export interface Device {
  readonly userId: UserId
  readonly failures: number
  readonly lastUsedAt: number
}

/** A session, and what is known of it besides its row: see `Validation.rotationDue` and `Sessions.rotate`. */
export interface KeptSession {
  readonly session: Session
  readonly rotationDue: boolean
  readonly isRotated: boolean
  /** The id it was opened with: what a session and its successors have in common. */
  readonly openedAs: SessionId
}

/** The tables of accounts where there is no database: what the memory layers of the ports have in common. */
export class AuthMemory extends Context.Service<
  AuthMemory,
  {
    readonly accounts: Map<UserId, Account>
    /** Locks in a row without a login between. */
    readonly locksInARow: Map<UserId, number>
    readonly devices: Map<DeviceId, Device>
    readonly sessions: Map<SessionId, KeptSession>
    readonly roles: Map<RoleName, { readonly role: Role; readonly rights: ReadonlySet<string> }>
    readonly held: Array<UserRole>
    readonly resets: Map<string, PasswordResetToken>
  }
>()("@domainflow/core/AuthMemory") {
  static readonly layer = Layer.effect(
    AuthMemory,
    Effect.map(Clock.currentTimeMillis, (now) => ({
      accounts: new Map(),
      locksInARow: new Map(),
      devices: new Map(),
      sessions: new Map(),
      roles: new Map(
        systemRoles.map((name, index) => [
          RoleName.make(name),
          {
            role: new Role({
              id: RoleId.make(`00000000-0000-0000-0000-00000000000${index + 1}`),
              name: RoleName.make(name),
              displayName: name,
              description: null,
              isSystemRole: true,
              createdAt: new Date(now),
              updatedAt: new Date(now)
            }),
            rights: new Set<string>(rights[name])
          }
        ])
      ),
      held: [],
      resets: new Map()
    }))
  )
}

type Tables = AuthMemory["Service"]

export const isLocked = (account: Account, now: number): boolean =>
  account.isLocked && (account.lockedUntil === null || account.lockedUntil.getTime() > now)

/** Locked for failed logins: known devices still get in. */
export const isShutToStrangers = (account: Account, now: number): boolean =>
  account.lockedUntil !== null && account.lockedUntil.getTime() > now

/** Forgets the failures, the devices and the links of a password that is no more. */
export const startAnew = (tables: Tables, userId: UserId): void => {
  tables.locksInARow.delete(userId)
  voidLinks(tables, userId)
  for (const [id, device] of tables.devices) if (device.userId === userId) tables.devices.delete(id)
}

/** No link that was sent to someone works any more. */
export const voidLinks = (tables: Tables, userId: UserId): void => {
  for (const [hash, reset] of tables.resets) if (reset.userId === userId) tables.resets.delete(hash)
}

/** The roles someone holds now. */
export const rolesOf = (tables: Tables, userId: UserId, now: number): ReadonlyArray<RoleName> =>
  tables.held
    .filter((held) => held.userId === userId && (held.expiresAt === null || held.expiresAt.getTime() > now))
    .flatMap((held) => [...tables.roles.values()].filter(({ role }) => role.id === held.roleId))
    .map(({ role }) => role.name)

export const rightsOf = (tables: Tables, roles: ReadonlyArray<RoleName>): ReadonlySet<string> =>
  new Set(roles.flatMap((name) => [...(tables.roles.get(name)?.rights ?? [])]))

/** Fails unless the one who was granted this holds all of `needed`. */
export const holds = Effect.fnUntraced(function* (
  tables: Tables,
  grant: Grant<Permission>,
  needed: Iterable<string>
): Effect.fn.Return<void, NotHeld> {
  if (grant.userId === null) return
  const own = rightsOf(tables, rolesOf(tables, grant.userId, yield* Clock.currentTimeMillis))
  const missing = [...needed].filter((right) => !own.has(right))
  if (missing.length > 0) return yield* new NotHeld({ missing })
})

/** The account a grant may govern: one whose rights are no more than those of the one who was granted it. */
export const governed = Effect.fnUntraced(function* (
  tables: Tables,
  grant: Grant<Permission>,
  userId: UserId
): Effect.fn.Return<Account, UserNotFound | NotHeld> {
  const account = tables.accounts.get(userId)
  if (account === undefined) return yield* new UserNotFound({ userId })
  yield* holds(tables, grant, rightsOf(tables, rolesOf(tables, userId, yield* Clock.currentTimeMillis)))
  return account
})

/** Fails if nobody would be left who can do everything, once this one cannot. */
export const spare = Effect.fnUntraced(function* (
  tables: Tables,
  userId: UserId
): Effect.fn.Return<void, LastSuperAdmin> {
  const now = yield* Clock.currentTimeMillis
  if (!rolesOf(tables, userId, now).includes(superAdmin)) return
  const { id } = tables.roles.get(superAdmin)!.role
  const lasting = tables.held.some((held) => {
    const account = tables.accounts.get(held.userId)
    return (
      held.roleId === id &&
      held.userId !== userId &&
      held.expiresAt === null &&
      account?.isActive === true &&
      !account.isLocked
    )
  })
  if (!lasting) return yield* new LastSuperAdmin({ userId })
})

/** Lets someone hold a role, or changes until when they do. */
export const give = (
  tables: Tables,
  userId: UserId,
  name: RoleName,
  assignedBy: UserId | null,
  assignedAt: Date | null,
  expiresAt: Date | null
): void => {
  const roleId = tables.roles.get(name)!.role.id
  take(tables, userId, roleId)
  tables.held.push(new UserRole({ userId, roleId, assignedBy, assignedAt, expiresAt }))
}

/** Takes a role away, and says whether it was there. */
export const take = (tables: Tables, userId: UserId, roleId: RoleId): boolean => {
  const at = tables.held.findIndex((held) => held.userId === userId && held.roleId === roleId)
  if (at >= 0) tables.held.splice(at, 1)
  return at >= 0
}

/** Their rights changed: each of their sessions is to get a new token. */
export const dueForRotation = (tables: Tables, userId: UserId): void => {
  for (const [id, kept] of tables.sessions)
    if (kept.session.userId === userId) tables.sessions.set(id, { ...kept, rotationDue: true })
}

/** An account and all that hangs on it. */
export const forget = (tables: Tables, userId: UserId): void => {
  tables.accounts.delete(userId)
  startAnew(tables, userId)
  for (const held of tables.held.filter((held) => held.userId === userId)) take(tables, userId, held.roleId)
}

/** Ends the sessions of a user and says which they were. */
export const endSessions = (tables: Tables, userId: UserId): ReadonlyArray<SessionId> => {
  const ended = [...tables.sessions.values()].filter(({ session }) => session.userId === userId)
  for (const { session } of ended) tables.sessions.delete(session.id)
  return ended.map(({ session }) => session.id)
}

/** Where the context's actor is calling from. */
export const actorsClient: Effect.Effect<Client.Client> = Effect.map(Actor, (actor) => ({
  ip: actor.clientIp,
  userAgent: actor.userAgent,
  screenResolution: null
}))
