import { Reach } from "@domainflow/core/auth/Reach"
import * as Answers from "@domainflow/core/campaign/Answers"
import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import { DnsResult } from "@domainflow/core/dns/DnsResult"
import { type DnsAnswer, type DnsQuestion, DnsResults } from "@domainflow/core/dns/DnsResults"
import { DnsStatus } from "@domainflow/core/dns/DnsVerdict"
import * as Place from "@domainflow/core/generation/Place"
import * as Ids from "@domainflow/core/Ids"
import * as Page from "@domainflow/core/Page"
import { BigInt, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import * as Arrays from "../Arrays.ts"
import { ofOwned } from "../auth/within.ts"
import * as Tallies from "../campaign/Tallies.ts"
import * as Windows from "../campaign/Windows.ts"
import * as Json from "../Json.ts"
import * as Fence from "../job/fence.ts"
import { believing, byIndex, guard, type Suspicions } from "../Store.ts"
import * as Vocabulary from "../Vocabulary.ts"

export const layer = Layer.effect(
  DnsResults,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient

    /** One statement's worth of names, up to and with `end` and before `until`, without those that have an answer. */
    const open = (campaignId: CampaignId, { highestOffset, source }: Resume) =>
      Effect.fnUntraced(
        function* ([from, id]: Place.Place, limit: number, end?: Place.Place, until?: bigint) {
          return yield* sql<DnsQuestion>`
          select g.domain_name, g.id as generated_domain_id, g.offset_index as "offset"
          from generated_domains g
          ${
            // Behind the highest answer there may be others, of batches that overtook, or of an older installation. A probe
            // of the key per name finds them; lateral, with its limit, so that it is never a scan of all answers.
            mayBeAnswered([from, id], highestOffset)
              ? sql`
                  left join lateral (
                    select true as is_there from dns_validation_results r
                    where r.dns_campaign_id = ${campaignId} and r.domain_name = g.domain_name
                      and lower(r.validation_status) <> 'pending'
                    limit 1
                  ) answer on true
                `
              : sql`cross join (select null::boolean as is_there) answer`
          }
          where g.domain_generation_campaign_id = ${source}
            and g.offset_index >= ${from}::bigint and (g.offset_index, g.id) > (${from}::bigint, ${id}::uuid)
            ${until === undefined ? sql`` : sql`and g.offset_index < ${until}::bigint`}
            ${
              end === undefined
                ? sql``
                : sql`
                    and g.offset_index <= ${end[0]}::bigint
                    and (g.offset_index, g.id) <= (${end[0]}::bigint, ${end[1]}::uuid)
                  `
            }
            and answer.is_there is null
          order by g.offset_index, g.id limit ${limit}
        `
        },
        (questions) => questions.pipe(byIndex(sql), guard("DnsResults.questions"))
      )

    const ahead = (source: string | null) =>
      Effect.fnUntraced(
        function* ([from, id]: Place.Place, names: number) {
          const [name] = yield* sql<{ readonly offset: bigint; readonly id: string }>`
          select g.offset_index as "offset", g.id from generated_domains g
          where g.domain_generation_campaign_id = ${source}
            and g.offset_index >= ${from}::bigint and (g.offset_index, g.id) > (${from}::bigint, ${id}::uuid)
          order by g.offset_index, g.id offset ${names} limit 1
        `
          return name === undefined ? undefined : ([name.offset, name.id] as const)
        },
        (ahead) => ahead.pipe(byIndex(sql), guard("DnsResults.questions"))
      )

    return DnsResults.of({
      questions: Effect.fnUntraced(function* (campaignId, after, limit, until) {
        const [resume] = yield* sql<Resume>`
          select source_generation_campaign_id as source, last_offset, highest_offset
          from dns_validation_params where campaign_id = ${campaignId}
        `.pipe(guard("DnsResults.questions"))
        if (resume === undefined || resume.source === null) return []
        const place = Place.after(typeof after === "bigint" && after < 0n ? resume.lastOffset : after)
        const read = open(campaignId, resume)
        return until === undefined && mayBeAnswered(place, resume.highestOffset)
          ? yield* Windows.page({ read, ahead: ahead(resume.source) }, place, limit)
          : yield* read(place, limit, undefined, until)
      }),

      append: Effect.fnUntraced(function* (campaignId, answers, reached) {
        const settled = Answers.settled(answers)
        const ids = yield* Ids.many(settled.length)
        const highest = settled.reduce((most, { question }) => BigInt.max(question.offset, most), -1n)

        return yield* believing((suspicions) =>
          Effect.gen(function* () {
            yield* Fence.hold(sql, "DnsResults.append")
            const tally = yield* keep(sql, campaignId, settled, ids, suspicions)
            yield* Tallies.count(sql, campaignId, tally)
            yield* sql`
              update dns_validation_params
              set
                last_offset = greatest(last_offset, ${reached ?? -1n}::bigint),
                highest_offset = greatest(highest_offset, ${highest}::bigint)
              where campaign_id = ${campaignId}
            `
            return tally
          }).pipe(sql.withTransaction)
        )
      }, guard("DnsResults.append")),

      stream: (campaignId, status, after = "", size = Page.maxPageSize) =>
        Page.rows(
          after,
          size,
          ({ domainName }): string => domainName,
          (last, limit) =>
            Effect.flatMap(Reach, (reach) =>
              sql`
                select * from dns_validation_results
                where dns_campaign_id = ${campaignId} and domain_name > ${last}
                  ${ofOwned(sql, reach, "dns_campaign_id")}
                  ${status === undefined ? sql`` : sql`and ${sql.literal(of[status])}`}
                order by domain_name limit ${limit}
              `.pipe(byIndex(sql), Effect.flatMap(decode), guard("DnsResults.stream"))
            )
        )
    })
  })
)

interface Resume {
  readonly source: CampaignId | null
  readonly lastOffset: bigint
  readonly highestOffset: bigint
}

/** Whether names behind this place may have an answer already. */
const mayBeAnswered = ([offset, id]: Place.Place, highest: bigint): boolean =>
  offset < highest || (offset === highest && id !== Place.after(offset)[1])

/** Keeps the answers that are new, and answers how they count. */
const keep = (
  sql: SqlClient.SqlClient,
  campaignId: CampaignId,
  answers: ReadonlyArray<DnsAnswer>,
  ids: ReadonlyArray<string>,
  { missing, replayed }: Suspicions
) => {
  const insert = sql`
    insert into dns_validation_results as known (
      id, dns_campaign_id, generated_domain_id, domain_name, validation_status, dns_records, validated_by_persona_id,
      attempts, last_checked_at
    )
    select
      answer.id, ${campaignId}::uuid,
      ${
        missing
          ? sql`(select g.id from generated_domains g where g.id = answer.generated_domain_id for key share)`
          : sql`answer.generated_domain_id`
      },
      answer.domain_name, answer.validation_status, answer.dns_records::jsonb,
      ${
        missing
          ? sql`(select p.id from personas p where p.id = answer.persona_id for key share)`
          : sql`answer.persona_id`
      },
      answer.attempts, answer.checked_at
    from unnest(
      ${Arrays.uuids(ids)},
      ${Arrays.uuids(answers.map(({ question }) => question.generatedDomainId))},
      ${Arrays.texts(answers.map(({ question }) => question.domainName))},
      ${Arrays.texts(answers.map(({ verdict }) => verdict.status))},
      ${Arrays.texts(answers.map(({ verdict }) => Json.orNull(verdict.records)))},
      ${Arrays.uuids(answers.map(({ personaId }) => personaId))},
      ${Arrays.ints(answers.map(({ verdict }) => verdict.attempts))},
      ${Arrays.times(answers.map(({ checkedAt }) => checkedAt))}
    ) as answer (
      id, generated_domain_id, domain_name, validation_status, dns_records, persona_id, attempts, checked_at
    )
  `
  if (!replayed) return Effect.as(insert, Answers.tally(answers, "Resolved"))
  return Tallies.ofKept(sql<Tallies.Kept>`
    with kept as (
      ${insert}
      -- An answer stands for ever. A row that says "Pending", as older installations wrote, is none yet.
      on conflict (dns_campaign_id, domain_name) do update
      set
        generated_domain_id = excluded.generated_domain_id,
        validation_status = excluded.validation_status,
        dns_records = excluded.dns_records,
        validated_by_persona_id = excluded.validated_by_persona_id,
        attempts = excluded.attempts,
        last_checked_at = excluded.last_checked_at
      where lower(known.validation_status) = 'pending'
      returning validation_status
    )
    select
      count(*) filter (where validation_status = 'Resolved') as successful,
      count(*) filter (where validation_status <> 'Resolved') as failed
    from kept
  `)
}

/** Statuses in any case, as their index has them. Spelt out: with a parameter in their place PostgreSQL cannot tell that it serves. */
const of: Record<DnsStatus, string> = {
  Resolved: "lower(validation_status) = 'resolved'",
  Unresolved: "lower(validation_status) = 'unresolved'",
  Error: "lower(validation_status) = 'error'",
  Pending: "lower(validation_status) = 'pending'",
  Skipped: "lower(validation_status) = 'skipped'"
}

/** What is no verdict of ours says nothing about the name. */
const read = Vocabulary.amended("validationStatus", Vocabulary.reader(DnsStatus.literals, "Error"))
const decodeAll = Schema.decodeUnknownEffect(Schema.Array(DnsResult))
export const decode = (rows: ReadonlyArray<unknown>) => decodeAll(read(rows))
