import { Reach } from "@domainflow/core/auth/Reach"
import * as Answers from "@domainflow/core/campaign/Answers"
import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import { HttpResult } from "@domainflow/core/http/HttpResult"
import { columns, type HttpAnswer, HttpResults } from "@domainflow/core/http/HttpResults"
import { HttpStatus } from "@domainflow/core/http/HttpVerdict"
import * as Ids from "@domainflow/core/Ids"
import * as Page from "@domainflow/core/Page"
import { Effect, Layer, Schema, String } from "effect"
import { SqlClient } from "effect/sql"
import { ofOwned } from "../auth/within.ts"
import * as Tallies from "../campaign/Tallies.ts"
import * as Json from "../Json.ts"
import * as Fence from "../job/fence.ts"
import { believing, byIndex, guard, type Suspicions } from "../Store.ts"
import * as Vocabulary from "../Vocabulary.ts"
import * as HttpQuestions from "./HttpQuestions.ts"

export const layer = Layer.effect(
  HttpResults,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient

    return HttpResults.of({
      ...HttpQuestions.make(sql),

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

/** Rows with headers, contexts and snippets are some kilobytes each: a page of them stays within a megabyte. */
const pageSize = 200

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
