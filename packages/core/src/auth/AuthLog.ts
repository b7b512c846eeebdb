import { Clock, Context, Effect, Layer, Schema, Stream } from "effect"
import * as Chain from "../audit/Chain.ts"
import * as Page from "../Page.ts"
import * as Storable from "../Storable.ts"
import type { StoreError } from "../StoreError.ts"
import { AuthAuditEntry, type AuthEventStatus, type AuthEventType, type SecurityFlags } from "./AuthAuditEntry.ts"
import type * as Client from "./Client.ts"
import type { UserId } from "./UserId.ts"

/** Something that happened to an account or a session. */
export interface AuthEvent {
  readonly eventType: AuthEventType
  readonly eventStatus: AuthEventStatus
  readonly userId: UserId | null
  readonly client: Client.Client
  /** The hash of the token, never the token. */
  readonly sessionId?: string | null
  readonly securityFlags?: SecurityFlags
  /** For a reader; never a secret, and never what a stranger typed. */
  readonly details?: Schema.Json
  /** 0 to 100. */
  readonly riskScore?: number
}

/** Which entries to read; a field left out does not narrow. */
export interface AuthLogFilter {
  readonly userId?: UserId
  readonly eventType?: AuthEventType
  /** At least so risky. */
  readonly riskScore?: number
}

/** The security log: what happened to accounts and sessions, in order. */
export class AuthLog extends Context.Service<
  AuthLog,
  {
    /** For events that change nothing else; a change writes its own line in its own transaction. */
    readonly append: (event: AuthEvent) => Effect.Effect<void, StoreError>

    /** Newest first. */
    readonly page: (
      filter: AuthLogFilter,
      request?: Page.PageRequest
    ) => Effect.Effect<Page.Page<AuthAuditEntry>, Page.InvalidCursor | StoreError>

    /** Oldest first, those after the entry of this id, up to now; `describe` puts one in words. */
    readonly stream: (filter?: AuthLogFilter, after?: bigint) => Stream.Stream<AuthAuditEntry, StoreError>

    /** Whether the log is what was written; see `Chain`. */
    readonly verify: (
      checkpoint?: Chain.Checkpoint | null
    ) => Effect.Effect<Chain.Verification, Chain.Unsealed | StoreError>
  }
>()("@domainflow/core/AuthLog") {
  static readonly layerMemory = Layer.effect(
    AuthLog,
    Effect.gen(function* () {
      const entries: Array<AuthAuditEntry> = []
      const trail = yield* Chain.memory(chain)
      const matching = (filter: AuthLogFilter) => entries.filter(matches(filter))

      return AuthLog.of({
        append: Effect.fnUntraced(function* (event) {
          const at = new Date(yield* Clock.currentTimeMillis)
          const entry = entryOf(event, BigInt(entries.length + 1), at)
          entries.push(entry)
          yield* trail.seal(`${entry.id}`, lineOf(entry))
        }),
        page: Effect.fnUntraced(function* (filter, request) {
          const before = yield* Page.position(PageKey, request)
          const rows = matching(filter).toReversed()
          return Page.page(before === null ? rows : rows.filter((entry) => entry.id < before), request, pageKey)
        }),
        stream: (filter = {}, after = 0n) =>
          Stream.suspend(() => Stream.fromIterable(matching(filter).filter((entry) => entry.id > after))),
        verify: (checkpoint = null) => trail.verify(checkpoint)
      })
    })
  )
}

/** The name of this trail in its checkpoints. */
export const chain = "auth_audit_log"

/** What an entry's seal covers. */
export const lineOf = (entry: AuthAuditEntry): Schema.Json => [
  `${entry.id}`,
  entry.createdAt?.toISOString() ?? null,
  entry.userId,
  entry.sessionId,
  entry.eventType,
  entry.eventStatus,
  entry.ipAddress,
  entry.userAgent,
  entry.sessionFingerprint,
  entry.securityFlags,
  entry.details,
  entry.riskScore
]

export const entryOf = (event: AuthEvent, id: bigint, createdAt: Date): AuthAuditEntry =>
  new AuthAuditEntry({
    id,
    userId: event.userId,
    sessionId: event.sessionId ?? null,
    eventType: event.eventType,
    eventStatus: event.eventStatus,
    ipAddress: event.client.ip,
    userAgent: event.client.userAgent === null ? null : Storable.text(event.client.userAgent),
    sessionFingerprint: null,
    securityFlags: event.securityFlags ?? {},
    details: Storable.json(event.details ?? null),
    riskScore: event.riskScore ?? 0,
    createdAt
  })

/** The key of its pages. */
export const PageKey = Schema.BigIntFromString.check(Schema.isBetweenBigInt({ minimum: 0n, maximum: 2n ** 63n - 1n }))
export const pageKey = (entry: AuthAuditEntry): string => `${entry.id}`

const matches = (filter: AuthLogFilter) => (entry: AuthAuditEntry) =>
  (filter.userId === undefined || entry.userId === filter.userId) &&
  (filter.eventType === undefined || entry.eventType === filter.eventType) &&
  (filter.riskScore === undefined || entry.riskScore >= filter.riskScore)
