import { Array, Clock, Effect, Order, Result } from "effect"
import { AuditLog } from "../audit/AuditLog.ts"
import { owner as ownerOf, Reach, reaches } from "../auth/Reach.ts"
import type { UserId } from "../auth/UserId.ts"
import { DnsParams } from "../dns/DnsParams.ts"
import { DnsResult } from "../dns/DnsResult.ts"
import { HttpParams } from "../http/HttpParams.ts"
import { HttpResult } from "../http/HttpResult.ts"
import { atOnce, Memory } from "../Memory.ts"
import * as Page from "../Page.ts"
import { Campaign, CampaignNotFound, canMove, IllegalTransition } from "./Campaign.ts"
import * as CampaignAudit from "./CampaignAudit.ts"
import type { CampaignId } from "./CampaignId.ts"
import { sourceOf } from "./CampaignParams.ts"
import * as CampaignRow from "./CampaignRow.ts"
import type { CampaignFilter, Campaigns } from "./Campaigns.ts"
import * as Chaining from "./Chaining.ts"
import * as Change from "./Change.ts"
import * as Draft from "./Draft.ts"
import * as Progress from "./Progress.ts"
import * as Update from "./Update.ts"

/** `Campaigns` on the tables of `Memory`. What belongs together is written between two waits: nobody sees half of it. */
export const makeMemory = Effect.gen(function* () {
  const audit = yield* AuditLog
  const tables = yield* Memory
  const { campaigns, configStates, params, updates } = tables

  const find = (campaignId: CampaignId, reach: UserId | null): Result.Result<Campaign, CampaignNotFound> => {
    const campaign = campaigns.get(campaignId)
    return campaign !== undefined && reaches(reach, campaign.userId)
      ? Result.succeed(campaign)
      : Result.fail(new CampaignNotFound({ campaignId }))
  }

  /** All drafts or none: what is refused is refused before anything is written. */
  const keep = Effect.fnUntraced(function* (drafts: ReadonlyArray<Draft.Draft>) {
    const now = new Date(yield* Clock.currentTimeMillis)
    const reach = yield* Reach
    const rows = yield* atOnce(() =>
      Result.map(CampaignRow.created(drafts, tables, reach, now), (rows) => {
        for (const { campaign, settings, state } of rows) {
          campaigns.set(campaign.id, campaign)
          params.set(campaign.id, settings)
          if (state !== null) configStates.set(state.configHash, state)
        }
        return rows
      })
    )
    const kept = Array.map(rows, ({ campaign }) => campaign)
    yield* Effect.forEach(kept, (campaign) => audit.append(CampaignAudit.created(campaign)), { discard: true })
    return kept
  }, Effect.uninterruptible)

  const all = (matches: (campaign: Campaign) => boolean, order: Order.Order<Campaign>) =>
    Array.sort(Array.filter([...campaigns.values()], matches), order)

  const service: Campaigns["Service"] = {
    create: (campaign, owner) =>
      ownerOf(owner).pipe(
        Effect.flatMap((of) => Draft.one(campaign, of ?? undefined)),
        Effect.flatMap((draft) => keep([draft])),
        // One draft, one campaign.
        Effect.map((kept) => kept[0]!)
      ),

    createPipeline: (pipeline, owner) =>
      ownerOf(owner).pipe(
        Effect.flatMap((of) => Draft.many(pipeline, of ?? undefined)),
        Effect.flatMap(keep)
      ),

    get: (id) => Effect.flatMap(Reach, (reach) => atOnce(() => find(id, reach))),

    params: (campaignId) =>
      Effect.flatMap(Reach, (reach) =>
        atOnce(() =>
          Result.flatMap(find(campaignId, reach), () =>
            Result.fromNullishOr(params.get(campaignId), () => new CampaignNotFound({ campaignId }))
          )
        )
      ),

    page: Effect.fnUntraced(function* (filter, request) {
      const after = yield* Page.position(Page.AgeKey, request)
      const reach = yield* Reach
      const rows = all(matches(filter), newestFirst).filter(
        (campaign) => reaches(reach, campaign.userId) && (after === null || isOlder(campaign, after))
      )
      return Page.page(rows, request, keyOf)
    }),

    fedBy: (id) =>
      Effect.map(Reach, (reach) =>
        all((campaign) => sourceOf(params.get(campaign.id)) === id && reaches(reach, campaign.userId), oldestFirst)
      ),

    update: Effect.fnUntraced(function* (id, change) {
      const now = new Date(yield* Clock.currentTimeMillis)
      const reach = yield* Reach
      const [campaign, fields] = yield* atOnce(() =>
        Result.gen(function* () {
          const before = yield* find(id, reach)
          const { fields, settings } = yield* Change.read(before, change)
          if (fields.length === 0) return [before, fields] as const
          const changed = new Campaign({
            ...before,
            name: change.name ?? before.name,
            metadata: change.metadata === undefined ? before.metadata : change.metadata,
            updatedAt: now
          })
          const known = params.get(id)
          if (settings !== null && known?._tag === "dns_validation")
            params.set(id, new DnsParams({ ...known, ...settings }))
          if (settings !== null && known?._tag === "http_keyword_validation")
            params.set(id, new HttpParams({ ...known, ...settings }))
          campaigns.set(id, changed)
          return [changed, fields] as const
        })
      )
      if (fields.length > 0) yield* audit.append(CampaignAudit.updated(campaign, fields))
      return campaign
    }, Effect.uninterruptible),

    move: Effect.fnUntraced(function* (id, to, error, from) {
      const now = new Date(yield* Clock.currentTimeMillis)
      const reach = yield* Reach
      const [before, after] = yield* atOnce(() =>
        Result.gen(function* () {
          const campaign = yield* find(id, reach)
          if (!canMove(campaign.status, to) || (from !== undefined && campaign.status !== from)) {
            return yield* Result.fail(new IllegalTransition({ campaignId: id, from: campaign.status, to }))
          }
          const moved = CampaignRow.moved(campaign, to, error, now)
          campaigns.set(id, moved)
          return [campaign, moved] as const
        })
      )
      yield* audit.append(CampaignAudit.moved(before.status, after))
      return after
    }, Effect.uninterruptible),

    say: Effect.fnUntraced(function* (id, message) {
      const now = new Date(yield* Clock.currentTimeMillis)
      const campaign = campaigns.get(id)
      if (campaign?.status !== "running" || !reaches(yield* Reach, campaign.userId)) return
      campaigns.set(id, new Campaign({ ...campaign, errorMessage: message, updatedAt: now }))
    }),

    watch: (id, after) =>
      Update.watch({
        after,
        latest: Effect.flatMap(Reach, (reach) =>
          atOnce(() => Result.map(find(id, reach), (campaign) => updates.get(id)?.at(-1) ?? Update.of(campaign, 0n)))
        ),
        read: (last, limit) =>
          Effect.map(Reach, (reach) =>
            reaches(reach, campaigns.get(id)?.userId ?? null)
              ? (updates.get(id) ?? []).slice(Number(last), Number(last) + limit)
              : []
          )
      }),

    measure: Effect.fnUntraced(function* (id) {
      const now = new Date(yield* Clock.currentTimeMillis)
      const reach = yield* Reach
      return yield* atOnce(() =>
        Result.map(find(id, reach), (campaign) => {
          if (campaign.campaignType === "domain_generation") return campaign
          const settings = params.get(id)
          const sourceId = sourceOf(settings)
          const source = sourceId === null ? undefined : campaigns.get(sourceId)
          const totalItems =
            source === undefined ? campaign.processedItems : Draft.offered(source, Chaining.of(settings))
          const progressPercentage = Progress.percentage(campaign.processedItems, totalItems)
          const measured = new Campaign({ ...campaign, totalItems, progressPercentage, updatedAt: now })
          campaigns.set(id, measured)
          return measured
        })
      )
    }),

    remove: Effect.fnUntraced(function* (id) {
      const reach = yield* Reach
      const campaign = yield* atOnce(() =>
        Result.gen(function* () {
          const campaign = yield* find(id, reach)
          const { status: from } = campaign
          if (from === "running") {
            return yield* Result.fail(new IllegalTransition({ campaignId: id, from, to: "archived" }))
          }
          forget(id, tables)
          return campaign
        })
      )
      yield* audit.append(CampaignAudit.removed(campaign))
    }, Effect.uninterruptible)
  }
  return service
})

/** What the foreign keys of the schema do when a campaign goes. */
const forget = (
  id: CampaignId,
  { campaigns, dnsResults, generatedDomains, httpResults, jobs, params }: Memory["Service"]
) => {
  const names = generatedDomains.of(id)
  const answers = dnsResults.of(id)
  dnsResults.amend((row) =>
    row.generatedDomainId !== null && names.get(row.domainName)?.id === row.generatedDomainId
      ? new DnsResult({ ...row, generatedDomainId: null })
      : row
  )
  httpResults.amend((row) =>
    row.dnsResultId !== null && answers.get(row.domainName)?.id === row.dnsResultId
      ? new HttpResult({ ...row, dnsResultId: null })
      : row
  )
  for (const [fed, settings] of params) {
    if (sourceOf(settings) !== id) continue
    if (settings._tag === "dns_validation") {
      params.set(fed, new DnsParams({ ...settings, sourceGenerationCampaignId: null }))
    } else params.delete(fed)
  }
  for (const table of [generatedDomains, dnsResults, httpResults]) table.remove(id)
  for (const job of jobs.values()) if (job.campaignId === id) jobs.delete(job.id)
  params.delete(id)
  campaigns.delete(id)
}

const matches = (filter: CampaignFilter) => (campaign: Campaign) =>
  (filter.owner === undefined || campaign.userId === filter.owner) &&
  (filter.status === undefined || campaign.status === filter.status) &&
  (filter.type === undefined || campaign.campaignType === filter.type)

const keyOf = (campaign: Campaign): Page.AgeKey => [campaign.createdAt.toISOString(), campaign.id]
const oldestFirst = Order.mapInput(Order.Tuple([Order.String, Order.String]), keyOf)
const newestFirst = Order.flip(oldestFirst)
const isOlder = (campaign: Campaign, [createdAt, id]: Page.AgeKey) => {
  const [at, own] = keyOf(campaign)
  return at < createdAt || (at === createdAt && own < id)
}
