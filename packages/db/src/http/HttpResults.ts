import { Reach } from "@domainflow/core/auth/Reach"
import * as Answers from "@domainflow/core/campaign/Answers"
import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import * as Place from "@domainflow/core/generation/Place"
import type { SourceType } from "@domainflow/core/http/HttpParams"
import { HttpResult } from "@domainflow/core/http/HttpResult"
import {
  columns,
  type HttpAnswer,
  type HttpQuestion,
  HttpResults,
  type PlacedQuestion
} from "@domainflow/core/http/HttpResults"
import { HttpStatus } from "@domainflow/core/http/HttpVerdict"
import * as Ids from "@domainflow/core/Ids"
import * as Page from "@domainflow/core/Page"
import { Effect, Layer, Schema, String } from "effect"
import { SqlClient, type Statement } from "effect/sql"
import { ofOwned } from "../auth/within.ts"
import * as Tallies from "../campaign/Tallies.ts"
import * as Windows from "../campaign/Windows.ts"
import * as Json from "../Json.ts"
import * as Fence from "../job/fence.ts"
import { believing, byIndex, guard, type Suspicions } from "../Store.ts"
import * as Vocabulary from "../Vocabulary.ts"

export const layer = Layer.effect(
  HttpResults,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient

    /** The names of a source, each with the result that says it resolves. */
    const sources: Record<SourceType, (source: CampaignId) => Statement.Fragment> = {
      DNSValidation: (source) => sql`
        (select r.domain_name, r.id as dns_result_id from dns_validation_results r
         where r.dns_campaign_id = ${source} and r.validation_status in ${sql.in(resolved)}) as name
      `,
      DomainGeneration: (source) => sql`
        (select g.domain_name, null::uuid as dns_result_id from generated_domains g
         where g.domain_generation_campaign_id = ${source}) as name
      `
    }

    /** The rows `n` in which a source has its names, resolved or not. */
    const tables: Record<SourceType, (source: CampaignId) => Statement.Fragment> = {
      DNSValidation: (source) => sql`dns_validation_results n where n.dns_campaign_id = ${source}`,
      DomainGeneration: (source) => sql`generated_domains n where n.domain_generation_campaign_id = ${source}`
    }

    /** What a source says of the names `g` that it offers: the result that says a name resolves, where it has any. */
    const answers: Record<SourceType, (source: CampaignId) => Statement.Fragment> = {
      DNSValidation: (source) => sql`
        cross join lateral (
          select r.id from dns_validation_results r
          where r.dns_campaign_id = ${source} and r.domain_name = g.domain_name
            and r.validation_status in ${sql.in(resolved)}
          limit 1
        ) r
      `,
      DomainGeneration: () => sql`cross join (select null::uuid as id) r`
    }

    /** One statement's worth of names, up to and with `end` and before `until`, without those that have a result. */
    const open = (campaignId: CampaignId, { sourceCampaignId, sourceType }: Resume) =>
      Effect.fnUntraced(
        function* (after: string, limit: number, end?: string, until?: string) {
          return yield* sql<HttpQuestion>`
          select name.domain_name, name.dns_result_id
          from ${sources[sourceType](sourceCampaignId)}
          -- A probe of the key per name; lateral, with its limit, so that it is never a scan of all results.
          left join lateral (
            select true as is_there from http_keyword_results r
            where r.http_keyword_campaign_id = ${campaignId} and r.domain_name = name.domain_name
              and lower(r.validation_status) <> 'pending'
            limit 1
          ) result on true
          where name.domain_name > ${after}
            ${end === undefined ? sql`` : sql`and name.domain_name <= ${end}`}
            ${until === undefined ? sql`` : sql`and name.domain_name < ${until}`}
            and result.is_there is null
          order by name.domain_name limit ${limit}
        `
        },
        (questions) => questions.pipe(byIndex(sql), guard("HttpResults.questions"))
      )

    const ahead = ({ sourceCampaignId, sourceType }: Resume) =>
      Effect.fnUntraced(
        function* (after: string, names: number) {
          const [name] = yield* sql<{ readonly domainName: string }>`
          select n.domain_name from ${tables[sourceType](sourceCampaignId)} and n.domain_name > ${after}
          order by n.domain_name offset ${names} limit 1
        `
          return name?.domainName
        },
        (ahead) => ahead.pipe(byIndex(sql), guard("HttpResults.questions"))
      )

    return HttpResults.of({
      questions: Effect.fnUntraced(function* (campaignId, after, limit, until) {
        const [resume] = yield* sql<Resume>`
          select source_campaign_id, source_type, last_processed_domain_name as reached
          from http_keyword_campaign_params where campaign_id = ${campaignId}
        `.pipe(guard("HttpResults.questions"))
        if (resume === undefined) return []
        const read = open(campaignId, resume)
        const from = after ?? resume.reached ?? ""
        return until === undefined
          ? yield* Windows.page({ read, ahead: ahead(resume) }, from, limit)
          : yield* read(from, limit, undefined, until)
      }),

      stretch: Effect.fnUntraced(
        function* (campaignId, after, limit, until) {
          // Read first: the order of an index serves where the head of the chain is a value, and not where it is joined.
          const [source] = yield* sql<Source>`
          select
            h.source_campaign_id as id, h.source_type,
            case when h.source_type = 'DNSValidation' then d.source_generation_campaign_id else h.source_campaign_id end
              as head
          from http_keyword_campaign_params h
          left join dns_validation_params d on d.campaign_id = h.source_campaign_id
          where h.campaign_id = ${campaignId}
        `
          if (source === undefined || source.head === null) return []
          const [offset, id] = Place.after(after)
          return yield* sql<PlacedQuestion>`
          select g.domain_name, r.id as dns_result_id, g.offset_index as "offset", g.id as generated_domain_id
          from generated_domains g
          -- Probes of two keys per name; lateral, with their limits, so that neither is ever a scan of all there is.
          ${answers[source.sourceType](source.id)}
          left join lateral (
            select true as is_there from http_keyword_results k
            where k.http_keyword_campaign_id = ${campaignId} and k.domain_name = g.domain_name
              and lower(k.validation_status) <> 'pending'
            limit 1
          ) result on true
          where g.domain_generation_campaign_id = ${source.head}
            and g.offset_index >= ${offset}::bigint and (g.offset_index, g.id) > (${offset}::bigint, ${id}::uuid)
            and g.offset_index < ${until}::bigint
            and result.is_there is null
          order by g.offset_index, g.id limit ${limit}
        `
        },
        (stretch) => stretch.pipe(byIndex(sql), guard("HttpResults.stretch"))
      ),

      append: Effect.fnUntraced(function* (campaignId, answers, reached) {
        const settled = Answers.settled(answers)
        const ids = yield* Ids.many(settled.length)

        return yield* believing((suspicions) =>
          Effect.gen(function* () {
            yield* Fence.hold(sql, "HttpResults.append")
            const tally = yield* keep(sql, campaignId, settled, ids, suspicions)
            yield* Tallies.count(sql, campaignId, tally)
            if (reached !== undefined) {
              yield* sql`
                update http_keyword_campaign_params
                set last_processed_domain_name = greatest(last_processed_domain_name, ${reached})
                where campaign_id = ${campaignId}
              `
            }
            return tally
          }).pipe(sql.withTransaction)
        )
      }, guard("HttpResults.append")),

      stream: (campaignId, status, after = "", size = pageSize) =>
        Page.rows(
          after,
          Math.min(size, pageSize),
          ({ domainName }): string => domainName,
          (last, limit) =>
            Effect.flatMap(Reach, (reach) =>
              sql`
                select * from http_keyword_results
                where http_keyword_campaign_id = ${campaignId} and domain_name > ${last}
                  ${ofOwned(sql, reach, "http_keyword_campaign_id")}
                  ${status === undefined ? sql`` : sql`and lower(validation_status) = ${status.toLowerCase()}`}
                order by domain_name limit ${limit}
              `.pipe(byIndex(sql), Effect.flatMap(decode), guard("HttpResults.stream"))
            )
        )
    })
  })
)

/** The verdict on names that are fetched. */
const resolved = Vocabulary.spellings("Resolved")

/** Rows with headers, contexts and snippets are some kilobytes each: a page of them stays within a megabyte. */
const pageSize = 200

interface Resume {
  readonly sourceCampaignId: CampaignId
  readonly sourceType: SourceType
  readonly reached: string | null
}

interface Source {
  readonly id: CampaignId
  readonly sourceType: SourceType
  /** The generation campaign whose offsets the names have; null where it is gone. */
  readonly head: CampaignId | null
}

/** One row of the batch, under the names of its columns. */
const row = ({ checkedAt, personaId, question, verdict }: HttpAnswer, id: string) => ({
  ...columns(verdict),
  id,
  dnsResultId: question.dnsResultId,
  domainName: question.domainName,
  validatedByPersonaId: personaId,
  usedProxyId: verdict.proxyId,
  lastCheckedAt: new Date(checkedAt)
})

const json = (answers: ReadonlyArray<HttpAnswer>, ids: ReadonlyArray<string>): string =>
  Json.text(
    answers.map((answer, i) =>
      Object.fromEntries(Object.entries(row(answer, ids[i]!)).map(([key, value]) => [String.camelToSnake(key), value]))
    )
  )

/**
 * Keeps the results that are new, and answers how they count. One JSON parameter: pages come by thousands a second at
 * most, and half of their columns are JSON.
 */
const keep = (
  sql: SqlClient.SqlClient,
  campaignId: CampaignId,
  answers: ReadonlyArray<HttpAnswer>,
  ids: ReadonlyArray<string>,
  { missing, replayed }: Suspicions
) => {
  const insert = sql`
    insert into http_keyword_results as known (
      id, http_keyword_campaign_id, dns_result_id, domain_name, validation_status, http_status_code, response_headers,
      page_title, extracted_content_snippet, found_keywords_from_sets, found_ad_hoc_keywords, content_hash,
      validated_by_persona_id, used_proxy_id, attempts, last_checked_at, fetch_details
    )
    select
      answer.id, ${campaignId}::uuid,
      ${
        missing
          ? sql`(select r.id from dns_validation_results r where r.id = answer.dns_result_id for key share)`
          : sql`answer.dns_result_id`
      },
      answer.domain_name, answer.validation_status, answer.http_status_code, answer.response_headers,
      answer.page_title, answer.extracted_content_snippet, answer.found_keywords_from_sets,
      answer.found_ad_hoc_keywords, answer.content_hash,
      ${
        missing
          ? sql`
              (select p.id from personas p where p.id = answer.validated_by_persona_id for key share),
              (select x.id from proxies x where x.id = answer.used_proxy_id for key share)
            `
          : sql`answer.validated_by_persona_id, answer.used_proxy_id`
      },
      answer.attempts, answer.last_checked_at, answer.fetch_details
    from jsonb_to_recordset(${json(answers, ids)}::text::jsonb) as answer (
      id uuid, dns_result_id uuid, domain_name text, validation_status text, http_status_code int,
      response_headers jsonb, page_title text, extracted_content_snippet text, found_keywords_from_sets jsonb,
      found_ad_hoc_keywords jsonb, content_hash text, validated_by_persona_id uuid, used_proxy_id uuid, attempts int,
      last_checked_at timestamptz, fetch_details jsonb
    )
  `
  if (!replayed) return Effect.as(insert, Answers.tally(answers, "Success"))
  return Tallies.ofKept(sql<Tallies.Kept>`
    with kept as (
      ${insert}
      -- A result stands for ever. A row that says "Pending", as older installations wrote, is none yet.
      on conflict (http_keyword_campaign_id, domain_name) do update
      set
        dns_result_id = excluded.dns_result_id,
        validation_status = excluded.validation_status,
        http_status_code = excluded.http_status_code,
        response_headers = excluded.response_headers,
        page_title = excluded.page_title,
        extracted_content_snippet = excluded.extracted_content_snippet,
        found_keywords_from_sets = excluded.found_keywords_from_sets,
        found_ad_hoc_keywords = excluded.found_ad_hoc_keywords,
        content_hash = excluded.content_hash,
        validated_by_persona_id = excluded.validated_by_persona_id,
        used_proxy_id = excluded.used_proxy_id,
        attempts = excluded.attempts,
        last_checked_at = excluded.last_checked_at,
        fetch_details = excluded.fetch_details
      where lower(known.validation_status) = 'pending'
      returning validation_status
    )
    select
      count(*) filter (where validation_status = 'Success') as successful,
      count(*) filter (where validation_status <> 'Success') as failed
    from kept
  `)
}

/** What is no verdict of ours is anything else. */
const read = Vocabulary.amended("validationStatus", Vocabulary.reader(HttpStatus.literals, "Error"))
const decodeAll = Schema.decodeUnknownEffect(Schema.Array(HttpResult))
export const decode = (rows: ReadonlyArray<unknown>) => decodeAll(read(rows))
