import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { type Bench, type Contender, ratio } from "../../../scripts/bench/Bench.ts"
import type { Ask, Told } from "./http/client.ts"
import type { Scheme } from "./http/clients.ts"
import type { Ready } from "./http/server.ts"

/** Pages a round, by scheme: each contender takes a second or two. */
const pages: Record<Scheme, number> = { plain: 2_000, secure: 800 }

const bench: Bench = {
  name: "fetch",
  title: "fetching pages of 48 kB, every name its own host",
  compares:
    "Reading the bytes behind guard, deadline, limits and redirects, against undici's fetch and its Agent's request, which have none of these. Whole verdicts (SHA-256, charset, title, text) beside it, to see what they add. 64 at a time; the server and each client is a process of its own; TLS is 1.3 with P-256.",
  // A thousand pages cost three times what the ten-thousandth does: compilers settle late, and campaigns run for hours.
  warmups: 3,
  contenders: async (defer) => {
    const started = (program: string): ChildProcess => {
      const child = fork(new URL(program, import.meta.url), { execArgv: process.execArgv })
      defer(() => child.kill())
      return child
    }
    const [server] = (await once(started("./http/server.ts"), "message")) as [Ready]
    let first = 0
    const contenders = (name: string, client: Ask["client"], schemes: ReadonlyArray<Scheme>): Array<Contender> => {
      const child = started("./http/client.ts")
      return schemes.map((scheme) => ({
        name: scheme === "plain" ? name : `${name}, TLS`,
        run: async () => {
          const count = pages[scheme]
          first += count
          child.send({ client, scheme, server, first, count } satisfies Ask)
          const [{ cpu, seconds }] = (await once(child, "message")) as [Told]
          return { "pages/s": count / seconds, "µs CPU/page": (cpu / count) * 1_000_000 }
        }
      }))
    }
    return [
      ...contenders("DomainFlow", "visit", ["plain", "secure"]),
      ...contenders("undici.fetch", "undiciFetch", ["plain", "secure"]),
      ...contenders("undici Agent request", "undiciRequest", ["plain", "secure"]),
      ...contenders("DomainFlow, whole verdicts", "stage", ["plain"])
    ]
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
