import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import * as Place from "@domainflow/core/generation/Place"
import type { SourceType } from "@domainflow/core/http/HttpParams"
import type { HttpQuestion, HttpResults, PlacedQuestion } from "@domainflow/core/http/HttpResults"
import { Effect } from "effect"
import type { SqlClient, Statement } from "effect/sql"
import * as Windows from "../campaign/Windows.ts"
import { byIndex, guard } from "../Store.ts"
import * as Vocabulary from "../Vocabulary.ts"

/** The names that HTTP campaigns have no result for yet: by name, or by their place in a stretch. */
export const make = (sql: SqlClient.SqlClient): Pick<HttpResults["Service"], "questions" | "stretch"> => {
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

  return {
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
    )
  }
}

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

/** The verdict on names that are fetched. */
const resolved = Vocabulary.spellings("Resolved")
