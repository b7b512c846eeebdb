import { fork } from "node:child_process"
import { once } from "node:events"
import { type Bench, type Contender, type Figures, ratio } from "../../../scripts/bench/Bench.ts"
import { type Client, type Scheme, stage, undiciFetch, undiciRequest, visit } from "./http/clients.ts"
import type { Ready } from "./http/server.ts"

/** Pages a round, by scheme: each contender takes a second or two. */
const pages: Record<Scheme, number> = { plain: 2_000, secure: 800 }

const measured = async (client: Client, first: number, count: number): Promise<Figures> => {
  const cpu = process.cpuUsage()
  const start = performance.now()
  await client(first, count)
  const seconds = (performance.now() - start) / 1_000
  const { system, user } = process.cpuUsage(cpu)
  return { "pages/s": count / seconds, "µs CPU/page": (user + system) / count }
}

const bench: Bench = {
  name: "fetch",
  title: "fetching pages of 48 kB, every name its own host",
  compares:
    "Reading the bytes behind guard, deadline, limits and redirects, against undici's fetch and its Agent's request, which have none of these. Whole verdicts (SHA-256, charset, title, text) beside it, to see what they add. 64 at a time; the server is a process of its own; TLS is 1.3 with P-256.",
  // A thousand pages cost three times what the ten-thousandth does: compilers settle late, and campaigns run for hours.
  warmups: 3,
  contenders: async (defer) => {
    const child = fork(new URL("./http/server.ts", import.meta.url), { execArgv: process.execArgv })
    defer(() => child.kill())
    const [server] = (await once(child, "message")) as [Ready]
    let host = 0
    const contender = (name: string, scheme: Scheme, client: Client): Contender => ({
      name: scheme === "plain" ? name : `${name}, TLS`,
      run: () => {
        host += pages[scheme]
        return measured(client, host, pages[scheme])
      }
    })
    const byScheme = (["plain", "secure"] as const).flatMap((scheme) => [
      contender("DomainFlow", scheme, visit(server, scheme)),
      contender("undici.fetch", scheme, undiciFetch(server, scheme)),
      contender("undici Agent request", scheme, undiciRequest(server, scheme))
    ])
    return [...byScheme, contender("DomainFlow, whole verdicts", "plain", stage(server, "plain"))]
  },
  targets: [
    ratio("DomainFlow", "undici.fetch", "pages/s", 2),
    ratio("DomainFlow", "undici Agent request", "pages/s", 1.3),
    ratio("DomainFlow, TLS", "undici Agent request, TLS", "pages/s", 1.25),
    // On a machine that others use, pages a second are theirs to decide, and what a page costs is not.
    ratio("undici.fetch", "DomainFlow", "µs CPU/page", 2),
    ratio("undici Agent request", "DomainFlow", "µs CPU/page", 1.3),
    ratio("undici Agent request, TLS", "DomainFlow, TLS", "µs CPU/page", 1.25)
  ]
}

export default bench
