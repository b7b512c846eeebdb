import { Clock, Context, Effect, Layer } from "effect"
import * as Ids from "../Ids.ts"
import type { StoreError } from "../StoreError.ts"
import { Actor } from "./Actor.ts"
import { type AuditAction, type AuditChange, AuditEntry, AuditEntryId, entityType } from "./AuditEntry.ts"

/** Which entries to read; a field left out does not narrow. */
export interface AuditFilter {
  readonly userId?: string
  readonly action?: AuditAction
  readonly entityType?: string
  readonly entityId?: string
}

export interface AuditPage {
  readonly entries: ReadonlyArray<AuditEntry>
  /** Where the next page begins; null on the last one. */
  readonly next: AuditEntryId | null
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

    /** Newest first, `size` lines after the one that `after` names. Lines that arrive meanwhile do not shift a page. */
    readonly page: (
      filter: AuditFilter,
      after: AuditEntryId | null,
      size: number
    ) => Effect.Effect<AuditPage, StoreError>
  }
>()("@domainflow/core/AuditLog") {
  static readonly layerMemory = Layer.sync(AuditLog, () => {
    const entries: Array<AuditEntry> = []

    return AuditLog.of({
      append: (change) => Effect.map(entry(change), (made) => void entries.push(made)),
      page: (filter, after, size) =>
        Effect.sync(() => {
          const newest = entries.toReversed()
          const from = after === null ? 0 : newest.findIndex((made) => made.id === after) + 1
          return pageOf(newest.slice(from).filter(matches(filter)), size)
        })
    })
  })
}

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
    details: change.details ?? null,
    clientIp: actor.clientIp,
    userAgent: actor.userAgent
  })
})

/** A page of `size` out of rows that were read one past it. */
export const pageOf = (rows: ReadonlyArray<AuditEntry>, size: number): AuditPage => ({
  entries: rows.slice(0, size),
  next: rows.length > size ? rows[size - 1]!.id : null
})

const matches = (filter: AuditFilter) => (made: AuditEntry) =>
  (filter.userId === undefined || made.userId === filter.userId) &&
  (filter.action === undefined || made.action === filter.action) &&
  (filter.entityType === undefined || made.entityType === filter.entityType) &&
  (filter.entityId === undefined || made.entityId === filter.entityId)
