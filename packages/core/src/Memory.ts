import { Context, Effect, Layer, type Redacted, type Result } from "effect"
import type { Campaign } from "./campaign/Campaign.ts"
import type { CampaignId } from "./campaign/CampaignId.ts"
import type { CampaignParams } from "./campaign/CampaignParams.ts"
import * as Update from "./campaign/Update.ts"
import type { DnsResult } from "./dns/DnsResult.ts"
import type { ConfigState } from "./generation/ConfigState.ts"
import type { GeneratedDomain } from "./generation/GeneratedDomain.ts"
import type { HttpResult } from "./http/HttpResult.ts"
import type { Job, JobId } from "./job/Job.ts"
import type { KeywordSet } from "./keyword/KeywordSet.ts"
import type { KeywordSetId } from "./keyword/KeywordSetId.ts"
import type { Persona } from "./persona/Persona.ts"
import type { PersonaId } from "./persona/PersonaId.ts"
import type { Proxy } from "./proxy/Proxy.ts"
import type { ProxyId } from "./proxy/ProxyId.ts"
import { StoreError } from "./StoreError.ts"

/**
 * The tables of a process without a database. Ports that share one see each other's rows, and since nothing runs between
 * two statements of JavaScript, what one of them changes without waiting in between is changed at once.
 */
export class Memory extends Context.Service<
  Memory,
  {
    readonly campaigns: Map<CampaignId, Campaign>
    /** Every change of a campaign since it was created, in order: what `campaigns` is told, it writes down here. */
    readonly updates: ReadonlyMap<CampaignId, ReadonlyArray<Update.Update>>
    readonly params: Map<CampaignId, CampaignParams>
    readonly configStates: Map<string, ConfigState>
    readonly generatedDomains: Shelves<GeneratedDomain>
    readonly dnsResults: Shelves<DnsResult>
    readonly httpResults: Shelves<HttpResult>
    readonly jobs: Map<JobId, Job>
    readonly personas: Map<PersonaId, Persona>
    readonly keywordSets: Map<KeywordSetId, KeywordSet>
    readonly proxies: Map<ProxyId, Proxy>
    readonly proxySecrets: Map<ProxyId, Redacted.Redacted>
  }
>()("@domainflow/core/Memory") {
  static readonly layer = Layer.sync(Memory, () => ({
    ...recorded(),
    params: new Map(),
    configStates: new Map(),
    generatedDomains: shelves((row: GeneratedDomain) => row.offsetIndex),
    dnsResults: shelves((row: DnsResult) => row.domainName),
    httpResults: shelves((row: HttpResult) => row.domainName),
    jobs: new Map(),
    personas: new Map(),
    keywordSets: new Map(),
    proxies: new Map(),
    proxySecrets: new Map()
  }))
}

/** Campaigns, and what became of them. */
const recorded = () => {
  const updates = new Map<CampaignId, Array<Update.Update>>()
  class Recorded extends Map<CampaignId, Campaign> {
    override set(id: CampaignId, campaign: Campaign) {
      const before = this.get(id)
      const known = updates.get(id) ?? []
      if (before !== undefined && Update.differs(before, campaign)) {
        known.push(Update.of(campaign, BigInt(known.length + 1)))
      }
      updates.set(id, known)
      return super.set(id, campaign)
    }
    override delete(id: CampaignId) {
      updates.delete(id)
      return super.delete(id)
    }
  }
  return { campaigns: new Recorded(), updates }
}

/** A change as one step: it is refused before it writes anything, or it is made whole. */
export const atOnce = <A, E>(change: () => Result.Result<A, E>): Effect.Effect<A, E> =>
  Effect.suspend(() => Effect.fromResult(change()))

/** What a database's foreign key says: nothing is kept for a campaign that does not exist. */
export const unknownCampaign = (operation: string, campaignId: CampaignId): StoreError =>
  new StoreError({ operation, retryable: false, cause: new Error(`there is no campaign ${campaignId} of this kind`) })

/** The rows of one campaign: one for each name, read in one order. */
export interface Shelf<Row> {
  readonly get: (name: string) => Row | undefined
  /** Replaces the row of the same name. */
  readonly put: (row: Row) => void
  readonly size: () => number
  /** The rows whose key is greater, in order; all of them after null. */
  readonly after: (key: string | bigint | null) => Iterable<Row>
}

export interface Shelves<Row> {
  /** An empty one where the campaign has none yet. */
  readonly of: (campaignId: CampaignId) => Shelf<Row>
  /** Replaces, in every campaign, the rows that `change` answers with another. */
  readonly amend: (change: (row: Row) => Row) => void
  readonly remove: (campaignId: CampaignId) => void
}

const shelves = <Row extends { readonly id: string; readonly domainName: string }>(
  key: (row: Row) => string | bigint
): Shelves<Row> => {
  const byCampaign = new Map<CampaignId, Shelf<Row>>()
  return {
    of: (campaignId) => {
      const shelf = byCampaign.get(campaignId) ?? makeShelf(key)
      byCampaign.set(campaignId, shelf)
      return shelf
    },
    amend: (change) => {
      for (const shelf of byCampaign.values()) {
        for (const row of shelf.after(null)) {
          const changed = change(row)
          if (changed !== row) shelf.put(changed)
        }
      }
    },
    remove: (campaignId) => byCampaign.delete(campaignId)
  }
}

const makeShelf = <Row extends { readonly id: string; readonly domainName: string }>(
  key: (row: Row) => string | bigint
): Shelf<Row> => {
  const byName = new Map<string, Row>()
  // Sorted when it is read: appends come thousands at a time, mostly in order already.
  let inOrder: ReadonlyArray<Row> | undefined
  return {
    get: (name) => byName.get(name),
    put: (row) => {
      byName.set(row.domainName, row)
      inOrder = undefined
    },
    size: () => byName.size,
    after: function* (from) {
      inOrder ??= [...byName.values()].sort((a, b) =>
        key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.id < b.id ? -1 : 1
      )
      const rows = inOrder
      let low = 0
      for (let high = from === null ? 0 : rows.length; from !== null && low < high; ) {
        const middle = (low + high) >>> 1
        if (key(rows[middle]!) > from) high = middle
        else low = middle + 1
      }
      for (let at = low; at < rows.length; at++) yield rows[at]!
    }
  }
}
