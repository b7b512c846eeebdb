import { owner as ownerOf, Reach } from "@domainflow/core/auth/Reach"
import {
  Campaign,
  CampaignNotFound,
  CampaignStatus,
  canMove,
  IllegalTransition
} from "@domainflow/core/campaign/Campaign"
import * as CampaignAudit from "@domainflow/core/campaign/CampaignAudit"
import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import { type CampaignFilter, Campaigns } from "@domainflow/core/campaign/Campaigns"
import * as Chaining from "@domainflow/core/campaign/Chaining"
import * as Change from "@domainflow/core/campaign/Change"
import * as Draft from "@domainflow/core/campaign/Draft"
import * as Update from "@domainflow/core/campaign/Update"
import * as Page from "@domainflow/core/Page"
import * as Storable from "@domainflow/core/Storable"
import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import * as AuditLog from "../audit/AuditLog.ts"
import { ofOwned, owned } from "../auth/within.ts"
import * as Reservations from "../generation/Reservations.ts"
import * as Json from "../Json.ts"
import { guard, once } from "../Store.ts"
import * as Vocabulary from "../Vocabulary.ts"
import * as Params from "./Params.ts"
import { columns, rows } from "./rows.ts"

export const layer = Layer.effect(
  Campaigns,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const campaigns = sql.literal(`${columns} from ${rows}`)

    /** The campaign as it is, if it is within reach; locked until the transaction ends where a lock is named. */
    const find = Effect.fnUntraced(function* (campaignId: CampaignId, lock: keyof typeof locks = "none") {
      const [row] = yield* sql`
        select ${campaigns} where c.id = ${campaignId} ${owned(sql, yield* Reach)} ${sql.literal(locks[lock])}
      `
      return row === undefined ? yield* new CampaignNotFound({ campaignId }) : yield* decode(row)
    })

    const insert = Effect.fnUntraced(function* (draft: Draft.Draft, totalItems: bigint, start: bigint) {
      const [row] = yield* sql`
        insert into campaigns (id, name, campaign_type, status, user_id, total_items, progress_percentage, metadata)
        values (
          ${draft.id}, ${Storable.text(draft.name)}, ${draft.params._tag}, 'pending', ${draft.owner},
          ${totalItems}::bigint, ${totalItems === 0n ? 100 : 0}, ${Json.orNull(draft.metadata)}::text::jsonb
        )
        returning *
      `
      yield* Params.insert(sql, draft, start)
      return yield* decode(row)
    })

    const create = Effect.fnUntraced(function* (draft: Draft.Draft) {
      const { from } = draft
      if (from._tag === "Reservation") {
        const { count, start } = yield* Reservations.take(sql, from)
        return yield* insert(draft, count, start)
      }
      // Nobody removes it until we have said that we depend on it.
      const source = yield* find(from.campaignId, "key share")
      yield* Effect.fromResult(Draft.accept(from, source.campaignType))
      return yield* insert(draft, yield* offered(source, from.chaining), 0n)
    })

    const createAll = (drafts: ReadonlyArray<Draft.Draft>) =>
      Effect.gen(function* () {
        const created = yield* Effect.forEach(drafts, create)
        yield* Effect.forEach(created, (campaign) => AuditLog.append(sql, CampaignAudit.created(campaign)))
        return created
      }).pipe(
        sql.withTransaction,
        once(
          Effect.forEach(drafts, ({ id }) => find(id)).pipe(Effect.catchTag("CampaignNotFound", () => Effect.undefined))
        )
      )

    /** How many names a source offers. What an older installation counted into one that has ended is set right. */
    const offered = (source: Campaign, chaining: Chaining.Chaining) =>
      Chaining.hasEnded(chaining, source.status)
        ? Effect.map(Params.uncounted(sql, source.id), (more) =>
            Draft.offered(source, chaining, source.successfulItems + more)
          )
        : Effect.succeed(Draft.offered(source, chaining))

    return Campaigns.of({
      create: (campaign, owner) =>
        ownerOf(owner).pipe(
          Effect.flatMap((of) => Draft.one(campaign, of ?? undefined)),
          Effect.flatMap((draft) => createAll([draft]).pipe(guard("Campaigns.create"))),
          // One draft, one campaign.
          Effect.map((created) => created[0]!)
        ),

      createPipeline: (pipeline, owner) =>
        ownerOf(owner).pipe(
          Effect.flatMap((of) => Draft.many(pipeline, of ?? undefined)),
          Effect.flatMap((drafts) => createAll(drafts).pipe(guard("Campaigns.createPipeline")))
        ),

      get: (id) => find(id).pipe(guard("Campaigns.get")),

      params: (campaignId) =>
        Effect.flatMap(Reach, (reach) => Params.find(sql, campaignId, reach)).pipe(
          Effect.flatMap((params) =>
            params === null ? Effect.fail(new CampaignNotFound({ campaignId })) : Effect.succeed(params)
          ),
          guard("Campaigns.params")
        ),

      page: Effect.fnUntraced(function* (filter, request) {
        const after = yield* Page.position(Page.AgeKey, request)
        const rows = yield* sql`
          select to_char(c.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created, ${campaigns}
          where ${sql.and(conditions(sql, filter))} ${owned(sql, yield* Reach)}
            ${after === null ? sql`` : sql`and (created_at, id) < (${after[0]}::text::timestamptz, ${after[1]}::uuid)`}
          order by created_at desc, id desc
          limit ${Page.pageSize(request) + 1}
        `
        const aged = yield* decodeAged(rows)
        const { items, next } = Page.page(aged, request, ({ created, id }): Page.AgeKey => [created, id])
        return { items: items.map(({ created: _, ...campaign }) => new Campaign(campaign)), next }
      }, guard("Campaigns.page")),

      fedBy: Effect.fnUntraced(function* (id) {
        const rows = yield* sql`
          select ${campaigns}
          left join dns_validation_params d on d.campaign_id = c.id
          left join http_keyword_campaign_params h on h.campaign_id = c.id
          where ${id} in (d.source_generation_campaign_id, h.source_campaign_id) ${owned(sql, yield* Reach)}
          order by c.created_at, c.id
        `
        return yield* decodeAll(rows)
      }, guard("Campaigns.fedBy")),

      update: Effect.fnUntraced(
        function* (id, change) {
          // Whoever moves it meanwhile waits until it is changed.
          const before = yield* find(id, "no key update")
          const { fields, settings } = yield* Effect.fromResult(Change.read(before, change))
          if (fields.length === 0) return before
          if (settings !== null) yield* Params.update(sql, before, settings)
          const [row] = yield* sql`
            update campaigns
            set
              name = ${change.name === undefined ? sql`name` : sql`${Storable.text(change.name)}`},
              metadata = ${change.metadata === undefined ? sql`metadata` : sql`${Json.orNull(change.metadata)}::text::jsonb`}
            where id = ${id}
            returning *
          `
          const changed = yield* decode(row)
          yield* AuditLog.append(sql, CampaignAudit.updated(changed, fields))
          return changed
        },
        (update) => update.pipe(sql.withTransaction, guard("Campaigns.update"))
      ),

      move: Effect.fnUntraced(
        function* (id, to, error, only) {
          // Whoever comes second waits here, and sees where the first has moved it.
          const { status: from } = yield* find(id, "no key update")
          if (!canMove(from, to) || (only !== undefined && from !== only))
            return yield* new IllegalTransition({ campaignId: id, from, to })
          const goesOn = to === "queued" || to === "running"
          const ends = to === "completed" || to === "failed" || to === "cancelled"
          const [row] = yield* sql`
          update campaigns
          set
            status = ${to},
            started_at = ${to === "running" ? sql`coalesce(started_at, now())` : sql`started_at`},
            completed_at = ${goesOn ? sql`null` : ends ? sql`now()` : sql`completed_at`},
            error_message = ${
              goesOn
                ? sql`null`
                : sql`coalesce(${error === undefined ? null : Storable.text(error)}::text, error_message)`
            }
          where id = ${id}
          returning *
        `
          const moved = yield* decode(row)
          yield* AuditLog.append(sql, CampaignAudit.moved(from, moved))
          return moved
        },
        (move) => move.pipe(sql.withTransaction, guard("Campaigns.move"))
      ),

      say: Effect.fnUntraced(function* (id, message) {
        yield* sql`
          update campaigns set error_message = ${message === null ? null : Storable.text(message)}::text
          where id = ${id} and lower(status) = 'running' ${owned(sql, yield* Reach)}
        `
      }, guard("Campaigns.say")),

      watch: (id, after) =>
        Update.watch({
          after,
          latest: Effect.gen(function* () {
            const [row] = yield* sql<{ seq: bigint }>`
              select ${campaigns} where c.id = ${id} ${owned(sql, yield* Reach)}
            `
            if (row === undefined) return yield* new CampaignNotFound({ campaignId: id })
            return Update.of(yield* decode(row), row.seq)
          }).pipe(guard("Campaigns.watch")),
          read: Effect.fnUntraced(function* (last, limit) {
            const rows = yield* sql`
              select * from campaign_progress where campaign_id = ${id} and seq > ${last}::bigint
                ${ofOwned(sql, yield* Reach, "campaign_id")}
              order by seq limit ${limit}
            `
            return yield* decodeUpdates(rows)
          }, guard("Campaigns.watch"))
        }),

      measure: Effect.fnUntraced(function* (id) {
        const campaign = yield* find(id)
        if (campaign.campaignType === "domain_generation") return campaign
        const [source] = yield* sql<{ chaining: Chaining.Chaining }>`
          select ${sql.literal(columns)}, follows.chaining
          from ${sql.literal(rows)}
          join (
            select source_generation_campaign_id as source, chaining from dns_validation_params where campaign_id = ${id}
            union all
            select source_campaign_id, chaining from http_keyword_campaign_params where campaign_id = ${id}
          ) follows on follows.source = c.id
        `
        const total = source === undefined ? null : yield* offered(yield* decode(source), source.chaining)
        // What is counted at this moment comes with the change, and with it the percentage, where anything was counted yet.
        const [row] = yield* sql`
          update campaigns
          set
            total_items = coalesce(${total}::bigint, ${campaign.processedItems}::bigint),
            progress_percentage = case
              when coalesce(processed_items, 0) >= coalesce(${total}::bigint, processed_items, 0) then 100
              else coalesce(processed_items, 0) * 100.0::float8 / ${total}::bigint
            end
          where id = ${id} ${owned(sql, yield* Reach)}
          returning *
        `
        return row === undefined ? yield* new CampaignNotFound({ campaignId: id }) : yield* decode(row)
      }, guard("Campaigns.measure")),

      remove: Effect.fnUntraced(
        function* (id) {
          const campaign = yield* find(id, "update")
          const { status: from } = campaign
          if (from === "running") return yield* new IllegalTransition({ campaignId: id, from, to: "archived" })
          yield* sql`delete from campaigns where id = ${id}`
          yield* AuditLog.append(sql, CampaignAudit.removed(campaign))
        },
        (remove) => remove.pipe(sql.withTransaction, guard("Campaigns.remove", { unhurried: true }))
      )
    })
  })
)

const locks = {
  none: "",
  "key share": "for key share of c",
  "no key update": "for no key update of c",
  update: "for update of c"
}

const conditions = (sql: SqlClient.SqlClient, { owner, status, type }: CampaignFilter) => [
  sql`true`,
  ...(owner === undefined ? [] : [sql`user_id = ${owner}`]),
  ...(status === undefined ? [] : [sql`status in ${sql.in(Vocabulary.spellings(status))}`]),
  ...(type === undefined ? [] : [sql`campaign_type = ${type}`])
]

/** A state that we do not know is one that we do nothing with, and a percentage that is no number is one of nothing. */
const read = (rows: ReadonlyArray<unknown>) => known(rows).map(counted)
const known = Vocabulary.amended("status", Vocabulary.reader(CampaignStatus.literals, "archived"))
const counted = (row: unknown) => {
  if (typeof row !== "object" || row === null) return row
  const percentage: unknown = Reflect.get(row, "progressPercentage")
  return typeof percentage !== "number" || Number.isFinite(percentage) ? row : { ...row, progressPercentage: 0 }
}
const decodeOne = Schema.decodeUnknownEffect(Campaign)
const decode = (row: unknown) => decodeOne(read([row])[0])
const decodeNews = Schema.decodeUnknownEffect(Schema.Array(Update.Update))
const decodeUpdates = (rows: ReadonlyArray<unknown>) => decodeNews(read(rows))
const decodeList = Schema.decodeUnknownEffect(Schema.Array(Campaign))
const decodeAll = (rows: ReadonlyArray<unknown>) => decodeList(read(rows))
const decodePage = Schema.decodeUnknownEffect(
  Schema.Array(Schema.Struct({ ...Campaign.fields, created: Schema.String }))
)
const decodeAged = (rows: ReadonlyArray<unknown>) => decodePage(read(rows))
