import { CampaignStatus } from "@domainflow/core/campaign/Campaign"
import { DnsStatus } from "@domainflow/core/dns/DnsVerdict"
import { Pattern } from "@domainflow/core/generation/Pattern"
import { HttpStatus } from "@domainflow/core/http/HttpVerdict"
import { JobStatus } from "@domainflow/core/job/Job"
import { ProxyProtocol, ProxyStrategy } from "@domainflow/core/proxy/Proxy"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { Catalogue, Constraint } from "../Catalogue.ts"
import { type Difference, literal, quoted } from "../Difference.ts"

/**
 * Checks of somebody else's that refuse what we write: a list of states without `archived`, a number of names that must not
 * be 0. The database is asked what it makes of each value.
 */
export const refusals = Effect.fnUntraced(function* (catalogue: Catalogue) {
  const sql = yield* SqlClient.SqlClient
  return yield* Effect.forEach(catalogue.constraints, (constraint) =>
    Effect.gen(function* (): Effect.fn.Return<ReadonlyArray<Difference>, never> {
      const [column = ""] = constraint.columns
      const values = written[`${constraint.table}.${column}`]
      if (constraint.kind !== "check" || constraint.columns.length !== 1 || values === undefined) return []
      const condition = /^CHECK \((.*)\)( NOT VALID)?$/s.exec(constraint.definition)?.[1] ?? "true"
      const refused = yield* sql
        .unsafe<{ value: string }>(
          `select ${quoted(column)}::text as value from unnest(array[${values.map(literal).join(", ")}]::text[]) given (value), lateral (select given.value::${typeOf(catalogue, constraint)} as ${quoted(column)}) row where not (${condition})`
        )
        .pipe(
          sql.withTransaction,
          // A condition that cannot be asked by itself is let be.
          Effect.catch(() => Effect.succeed([]))
        )
      return refused.length === 0 ? [] : [refusal(constraint, column, refused)]
    })
  ).pipe(Effect.map((differences) => differences.flat()))
})

const refusal = (
  { table, name }: Constraint,
  column: string,
  refused: ReadonlyArray<{ readonly value: string }>
): Difference => ({
  of: "check",
  state: "different",
  sentence: `${table}.${column}: check ${name} refuses ${refused.map(({ value }) => value).join(", ")}`,
  mend: [`alter table ${table} drop constraint ${quoted(name)}`]
})

/** What is written to columns that others may have put a check on. */
const written: Readonly<Record<string, ReadonlyArray<string>>> = {
  "public.campaigns.status": CampaignStatus.literals,
  "public.campaign_jobs.status": JobStatus.literals,
  "public.domain_generation_campaign_params.pattern_type": Pattern.discriminants,
  "public.domain_generation_campaign_params.num_domains_to_generate": ["0"],
  "public.dns_validation_results.validation_status": DnsStatus.literals,
  "public.http_keyword_results.validation_status": HttpStatus.literals,
  "public.http_keyword_campaign_params.proxy_selection_strategy": ProxyStrategy.literals,
  "public.proxies.protocol": ProxyProtocol.literals
}

const typeOf = (catalogue: Catalogue, { table, columns: [column] }: Constraint): string =>
  catalogue.columns.find((one) => one.table === table && one.name === column)?.type ?? "text"
