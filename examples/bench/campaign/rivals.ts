import { execFile, spawnSync } from "node:child_process"
import { Resolver } from "node:dns/promises"
import { join } from "node:path"
import { promisify } from "node:util"

/** Which names are asked about, and where their answers go. */
export interface Errand {
  readonly sources: ReadonlyArray<Source>
  readonly campaignId: string
  readonly personaId: string
  /** Of the server that answers. */
  readonly port: number
}

/** A row of `generated_domains`: answers name it, for its foreign key is what a row costs most. */
export interface Source {
  readonly id: string
  readonly domainName: string
}

/** Runs one statement; `values` are text, which the statement casts. */
export type Execute = (statement: string, values: ReadonlyArray<string>) => Promise<unknown>

const batchSize = 1_000
const window = 256
const columns = {
  dns_campaign_id: "uuid",
  validated_by_persona_id: "uuid",
  generated_domain_id: "uuid",
  domain_name: "text",
  validation_status: "text",
  dns_records: "jsonb",
  attempts: "int",
  last_checked_at: "timestamptz"
}
const table = `dns_validation_results (${Object.keys(columns).join(", ")})`

/** Node's own resolver, eight of them, and its answers by multi-row VALUES: what one writes first. */
export const cares = async ({ campaignId, personaId, port, sources }: Errand, execute: Execute): Promise<void> => {
  const resolvers = Array.from({ length: 8 }, () => {
    const resolver = new Resolver({ timeout: 1_000, tries: 3 })
    resolver.setServers([`127.0.0.1:${port}`])
    return resolver
  })
  let rows: Array<ReadonlyArray<string>> = []
  let next = 0
  const keep = async () => {
    const batch = rows
    rows = []
    if (batch.length > 0) await execute(statement(batch.length), batch.flat())
  }
  const work = async (resolver: Resolver) => {
    while (next < sources.length) {
      const { domainName, id } = sources[next++]!
      const a = await resolver.resolve4(domainName, { ttl: true }).catch(() => [])
      const aaaa = a.length === 0 ? [] : await resolver.resolve6(domainName, { ttl: true }).catch(() => [])
      const ips = [...a, ...aaaa].map(({ address }) => address)
      const status = ips.length > 0 ? "Resolved" : "Unresolved"
      const records = JSON.stringify({ ips, a, aaaa })
      rows.push([campaignId, personaId, id, domainName, status, records, "1", new Date().toISOString()])
      if (rows.length === batchSize) await keep()
    }
  }
  await Promise.all(Array.from({ length: window }, (_, i) => work(resolvers[i % resolvers.length]!)))
  await keep()
}

const statement = (rows: number): string => {
  const casts = Object.values(columns)
  const row = (_: unknown, at: number) =>
    `(${casts.map((cast, column) => `$${at * casts.length + column + 1}::text::${cast}`).join(", ")})`
  return `insert into ${table} values ${Array.from({ length: rows }, row).join(", ")}`
}

export const hasPipeline =
  spawnSync("massdns", ["--help"]).error === undefined && spawnSync("psql", ["-V"]).status === 0

/**
 * The pipeline of the shell: massdns, awk and COPY in one transaction, fed with the file `sources` of names and their ids. It
 * asks for IPv4 only, keeps what massdns printed, and begins anew when it is broken off.
 */
export const pipeline = async (
  { campaignId, personaId, port }: Errand,
  { folder, url }: { readonly folder: string; readonly url: string }
): Promise<void> => {
  const at = (file: string) => `'${join(folder, file)}'`
  const toRow = `FNR == NR { split($0, source, " "); id[source[1]] = source[2]; next }
    { name = $4; sub(/\\.$/, "", name)
      status = /"status":"NOERROR"/ ? "Resolved" : "Unresolved"
      print campaign "\\t" persona "\\t" id[name] "\\t" name "\\t" status "\\t" $0 "\\t1\\t" now }`
  const command = `echo 127.0.0.1:${port} > ${at("resolvers")}
    cut -d' ' -f1 ${at("sources")} | massdns -q --root -s 500 --socket-count 4 -o J -r ${at("resolvers")} |
    awk -F'"' -v campaign=${campaignId} -v persona=${personaId} -v now=${new Date().toISOString()} '${toRow}' ${at("sources")} - |
    psql '${url}' -qc '\\copy ${table} from stdin'`
  await promisify(execFile)("sh", ["-c", command])
}
