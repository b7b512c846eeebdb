import { existsSync } from "node:fs"
import { atMost, type Bench, type Contender, ratio, type Target } from "../../../scripts/bench/Bench.ts"
import { type Client, cares, dnsperf, domainflow, packet } from "./dns/clients.ts"
import { start } from "./dns/server.ts"
import { existing, questions } from "./dns/zone.ts"

const hasDnsperf = existsSync("/usr/bin/dnsperf")

const contender = (name: string, client: Client): Contender => ({
  name,
  run: async () => {
    const cpu = process.cpuUsage()
    const begun = performance.now()
    const resolved = await client()
    const seconds = (performance.now() - begun) / 1_000
    const { system, user } = process.cpuUsage(cpu)
    if (resolved !== existing) throw new Error(`${name}: ${resolved} of ${existing} names resolved`)
    return { "queries/s": questions.length / seconds, "µs CPU/query": (user + system) / questions.length }
  }
})

const bench: Bench = {
  name: "dns",
  title: "resolving 40,000 names, half of which do not exist",
  compares:
    "The whole DNS stage (random ids, several ports, pace, retries, A and AAAA, verdicts with records) against Node's own resolver, the usual codec, and dnsperf where it is installed. Every client asks the same 60,000 questions of one server in a process of its own, nsd where it is installed; each has the window that suits it. dnsperf's processor time is not ours to see: its figure there means nothing.",
  contenders: async (defer) => {
    const { port } = await start(defer)
    return [
      contender("DnsStage, UDP", domainflow(`127.0.0.1:${port}`, 512)),
      contender("DnsStage, TCP", domainflow(`tcp://127.0.0.1:${port}`, 2_048)),
      contender("node:dns, 8 resolvers", cares(port, 256)),
      contender("dns-packet, 4 sockets", packet(port, 256)),
      ...(hasDnsperf ? [contender("dnsperf, 2 threads", dnsperf(port, 400, defer))] : [])
    ]
  },
  targets: [
    ratio("DnsStage, UDP", "node:dns, 8 resolvers", "queries/s", 1.8),
    ratio("DnsStage, UDP", "dns-packet, 4 sockets", "queries/s", 1.5),
    ...(hasDnsperf ? [ratio("DnsStage, UDP", "dnsperf, 2 threads", "queries/s", 0.75)] : []),
    atMost("DnsStage, UDP", "µs CPU/query", 8),
    atMost("DnsStage, TCP", "µs CPU/query", 3)
  ] satisfies ReadonlyArray<Target>
}

export default bench
