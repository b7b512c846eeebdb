import { Clock, Context, Effect, Layer, type Schema } from "effect"
import * as Ids from "../Ids.ts"
import * as Page from "../Page.ts"
import * as Storable from "../Storable.ts"
import type { StoreError } from "../StoreError.ts"
import { Actor } from "./Actor.ts"
import { type AuditAction, type AuditChange, AuditEntry, AuditEntryId, entityType } from "./AuditEntry.ts"
import * as Chain from "./Chain.ts"

/** Which entries to read; a field left out does not narrow. */
export interface AuditFilter {
  readonly userId?: string
  readonly action?: AuditAction
  readonly entityType?: string
  readonly entityId?: string
}

/**
 * Who changed what. A store that has transactions writes the line in the transaction of the change, by itself; `append`
 * is for layers that have none, and for changes a host makes outside the ports.
 */
export class AuditLog extends Context.Service<
  AuditLog,
  {
    /** Signed with the `Actor` of the context. */
    readonly append: (change: AuditChange) => Effect.Effect<void, StoreError>

    /** Newest first. Lines that arrive meanwhile do not shift a page. */
    readonly page: (
      filter: AuditFilter,
      request?: Page.PageRequest
    ) => Effect.Effect<Page.Page<AuditEntry>, Page.InvalidCursor | StoreError>

    /** Whether the log is what was written; see `Chain`. */
    readonly verify: (
      checkpoint?: Chain.Checkpoint | null
    ) => Effect.Effect<Chain.Verification, Chain.Unsealed | StoreError>
  }
>()("@domainflow/core/AuditLog") {
  static readonly layerMemory = Layer.effect(
    AuditLog,
    Effect.gen(function* () {
      const entries: Array<AuditEntry> = []
      const trail = yield* Chain.memory(chain)

      return AuditLog.of({
        append: Effect.fnUntraced(function* (change) {
          const made = yield* entry(change)
          entries.push(made)
          yield* trail.seal(made.id, lineOf(made))
        }),
        page: Effect.fnUntraced(function* (filter, request) {
          const after = yield* Page.position(AuditEntryId, request)
          const newest = entries.toReversed()
          const from = after === null ? 0 : newest.findIndex((made) => made.id === after) + 1
          return Page.page(newest.slice(from).filter(matches(filter)), request, (made) => made.id)
        }),
        verify: (checkpoint = null) => trail.verify(checkpoint)
      })
    })
  )
}

/** The name of this trail in its checkpoints. */
export const chain = "audit_logs"

/** What an entry's seal covers. */
export const lineOf = (made: AuditEntry): Schema.Json => [
  made.id,
  made.timestamp.toISOString(),
  made.userId,
  made.action,
  made.entityType,
  made.entityId,
  made.details,
  made.clientIp,
  made.userAgent
]

/** The line a change becomes when the context's `Actor` makes it now. */
export const entry = Effect.fnUntraced(function* (change: AuditChange) {
  const actor = yield* Actor
  return new AuditEntry({
    id: AuditEntryId.make(yield* Ids.one),
    timestamp: new Date(yield* Clock.currentTimeMillis),
    userId: actor.userId,
    action: change.action,
    entityType: entityType(change.action),
    entityId: change.entityId,
    details: Storable.json(change.details ?? null),
    clientIp: actor.clientIp,
    userAgent: actor.userAgent === null ? null : Storable.text(actor.userAgent)
  })
})

const matches = (filter: AuditFilter) => (made: AuditEntry) =>
  (filter.userId === undefined || made.userId === filter.userId) &&
  (filter.action === undefined || made.action === filter.action) &&
  (filter.entityType === undefined || made.entityType === filter.entityType) &&
  (filter.entityId === undefined || made.entityId === filter.entityId)
