import { execFile, spawnSync } from "node:child_process"
import { Resolver } from "node:dns/promises"
import { join } from "node:path"
import { promisify } from "node:util"

/** What a name is asked about and where its answer goes. */
export interface Errand {
  readonly names: ReadonlyArray<string>
  readonly campaignId: string
  /** Of the server that answers. */
  readonly port: number
}

/** Runs one statement; `values` are text, which the statement casts. */
export type Execute = (statement: string, values: ReadonlyArray<string>) => Promise<unknown>

const batchSize = 1_000
const window = 256
const table =
  "dns_validation_results (dns_campaign_id, domain_name, validation_status, dns_records, attempts, last_checked_at)"
const casts = ["uuid", "text", "text", "jsonb", "int", "timestamptz"]

/** Node's own resolver, eight of them, and its answers by multi-row VALUES: what one writes first. */
export const cares = async ({ campaignId, names, port }: Errand, execute: Execute): Promise<void> => {
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
    while (next < names.length) {
      const name = names[next++]!
      const a = await resolver.resolve4(name, { ttl: true }).catch(() => [])
      const aaaa = a.length === 0 ? [] : await resolver.resolve6(name, { ttl: true }).catch(() => [])
      const ips = [...a, ...aaaa].map(({ address }) => address)
      const status = ips.length > 0 ? "Resolved" : "Unresolved"
      rows.push([campaignId, name, status, JSON.stringify({ ips, a, aaaa }), "1", new Date().toISOString()])
      if (rows.length === batchSize) await keep()
    }
  }
  await Promise.all(Array.from({ length: window }, (_, i) => work(resolvers[i % resolvers.length]!)))
  await keep()
}

const statement = (rows: number): string => {
  const row = (_: unknown, at: number) =>
    `(${casts.map((cast, column) => `$${at * casts.length + column + 1}::text::${cast}`).join(", ")})`
  return `insert into ${table} values ${Array.from({ length: rows }, row).join(", ")}`
}

export const hasPipeline =
  spawnSync("massdns", ["--help"]).error === undefined && spawnSync("psql", ["-V"]).status === 0

/**
 * The pipeline of the shell: massdns, awk and COPY in one transaction. It asks for IPv4 only, keeps what massdns printed,
 * names no source rows, and begins anew when it is broken off.
 */
export const pipeline = async (
  { campaignId, port }: Errand,
  { folder, url }: { readonly folder: string; readonly url: string }
): Promise<void> => {
  const columns = table.replace(", last_checked_at", "")
  const toRow = `{ name = $4; sub(/\\.$/, "", name); print c "\\t" name "\\t" (/"status":"NOERROR"/ ? "Resolved" : "Unresolved") "\\t" $0 "\\t1" }`
  const resolve = `massdns -q --root -s 500 --socket-count 4 -o J -r '${join(folder, "resolvers")}' '${join(folder, "names")}'`
  const command = `echo 127.0.0.1:${port} > '${join(folder, "resolvers")}'; ${resolve} | awk -F'"' -v c=${campaignId} '${toRow}' | psql '${url}' -qc '\\copy ${columns} from stdin'`
  await promisify(execFile)("sh", ["-c", command])
}
