/**
 * What was learnt on the way, on machines that were never quiet:
 *
 * - By UDP nearly all is Node's and the system's: one call each way for a datagram, 64 kB taken and given back for what is
 *   received, an address object nobody reads.
 * - What is ours is not reckoning but memory: objects of a question that are no longer in the cache when its answer comes. By
 *   TCP a window of 512 costs less than one of 2,048.
 * - By TCP the rest is reads and writes: questions of a turn go in runs down one connection, and reading pauses for a millisecond
 *   where answers come thick; two milliseconds bring nothing more.
 */
import { existsSync } from "node:fs"
import { atMost, type Bench, type Contender, ratio, type Target } from "../../../scripts/bench/Bench.ts"
import { dnsperf, node } from "./dns/apart.ts"
import type { Run } from "./dns/Client.ts"
import { start } from "./dns/server.ts"
import { existing, questions } from "./dns/zone.ts"

const hasDnsperf = existsSync("/usr/bin/dnsperf")
const cpu = "µs CPU/query"

const contender = (name: string, ask: () => Promise<Run>): Contender => ({
  name,
  run: async () => {
    const { cpuMicros, resolved, seconds } = await ask()
    if (resolved !== existing) throw new Error(`${name}: ${resolved} of ${existing} names resolved`)
    return { "queries/s": questions.length / seconds, [cpu]: cpuMicros / questions.length }
  }
})

/** At most so many times the processor time of the bare sockets: what is left is ours, on any machine. */
const overFloor = (name: string, floor: string, ceiling: number): Target => ({
  name: `${name} / ${floor}, ${cpu}`,
  bound: { ceiling },
  value: (figure) => figure(name, cpu) / figure(floor, cpu)
})

const bench: Bench = {
  name: "dns",
  title: "resolving 40,000 names, half of which do not exist",
  compares:
    "The whole DNS stage (random ids, several ports, pace, retries, A and AAAA, verdicts with records) against Node's own resolver, the usual codec, and dnsperf where it is installed. Every client is a process of its own on one core, asks the same 60,000 questions with the window that suits it, and has the server (nsd where it is installed) to itself on another core. The bare sockets send one ready question a place and read the id of its answer, nothing else: the least that Node asks for on this machine. Where that is over a target in microseconds, the ratio to it is what the stage can answer for.",
  contenders: async (defer) => {
    const { port } = await start(defer)
    return [
      contender("DnsStage, UDP", node("udp", port, 512, defer)),
      contender("bare dgram sockets", node("udp-floor", port, 512, defer)),
      contender("DnsStage, TCP", node("tcp", port, 512, defer)),
      contender("bare TCP sockets", node("tcp-floor", port, 512, defer)),
      contender("node:dns, 8 resolvers", node("cares", port, 256, defer)),
      contender("dns-packet, 4 sockets", node("packet", port, 256, defer)),
      ...(hasDnsperf ? [contender("dnsperf, 2 threads", dnsperf(port, 400, defer))] : [])
    ]
  },
  targets: [
    ratio("DnsStage, UDP", "node:dns, 8 resolvers", "queries/s", 1.8),
    ratio("DnsStage, UDP", "dns-packet, 4 sockets", "queries/s", 1.5),
    ...(hasDnsperf ? [ratio("DnsStage, UDP", "dnsperf, 2 threads", "queries/s", 0.75)] : []),
    atMost("DnsStage, UDP", cpu, 8),
    overFloor("DnsStage, UDP", "bare dgram sockets", 1.35),
    atMost("DnsStage, TCP", cpu, 3),
    overFloor("DnsStage, TCP", "bare TCP sockets", 2)
  ] satisfies ReadonlyArray<Target>
}

export default bench
