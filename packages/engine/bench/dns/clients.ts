import { createSocket } from "node:dgram"
import { Resolver } from "node:dns/promises"
import { DomainName } from "@domainflow/core/DomainName"
import * as DnsPersona from "@domainflow/core/persona/DnsPersona"
import * as dnsPacket from "dns-packet"
import { Effect } from "effect"
import * as DnsStage from "../../src/dns/DnsStage.ts"
import type { Client } from "./Client.ts"
import { names } from "./zone.ts"

const batchSize = 1_000
const batches = Array.from({ length: names.length / batchSize }, (_, i) =>
  names.slice(i * batchSize, (i + 1) * batchSize).map((name) => DomainName.make(name))
)

/** The whole stage: strategy, pace, both types of address, verdicts with all their records. */
export const domainflow =
  (scheme: "" | "tcp://") =>
  (port: number, window: number): Client =>
  () =>
    Effect.gen(function* () {
      const persona = DnsPersona.make({
        resolvers: [`${scheme}127.0.0.1:${port}`],
        maxConcurrentGoroutines: window,
        queryTimeoutSeconds: 1
      })
      const { ask } = yield* DnsStage.make(persona, { retryAttempts: 2, wildcard: false })
      let resolved = 0
      const count = (batch: ReadonlyArray<DomainName>) =>
        Effect.map(ask(batch), (verdicts) => {
          for (const { status } of verdicts) if (status === "Resolved") resolved++
        })
      yield* Effect.forEach(batches, count, { concurrency: 4, discard: true })
      return resolved
    }).pipe(Effect.scoped, Effect.runPromise)

/** What Node has: eight resolvers, each a channel of its own. */
export const cares = (port: number, window: number): Client => {
  const resolvers = Array.from({ length: 8 }, () => {
    const resolver = new Resolver({ timeout: 1_000, tries: 3 })
    resolver.setServers([`127.0.0.1:${port}`])
    return resolver
  })
  return async () => {
    let next = 0
    let resolved = 0
    const work = async (resolver: Resolver) => {
      while (next < names.length) {
        const name = names[next++]!
        const addresses = await resolver.resolve4(name, { ttl: true }).catch(() => [])
        if (addresses.length === 0) continue
        resolved++
        await resolver.resolve6(name, { ttl: true }).catch(() => [])
      }
    }
    await Promise.all(Array.from({ length: window }, (_, i) => work(resolvers[i % resolvers.length]!)))
    return resolved
  }
}

/** The usual codec on connected sockets, with what every user of it writes: a table of callbacks by id. */
export const packet =
  (port: number, window: number): Client =>
  async () => {
    const lanes = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const socket = createSocket({ type: "udp4", recvBufferSize: 4 * 1_024 * 1_024 })
        const waiting = new Map<number, (answer: dnsPacket.Packet) => void>()
        socket.on("message", (message) => {
          const answer = dnsPacket.decode(message)
          const take = waiting.get(answer.id ?? -1)
          waiting.delete(answer.id ?? -1)
          take?.(answer)
        })
        await new Promise<void>((done) => socket.connect(port, "127.0.0.1", done))
        let id = 0
        const ask = (name: string, type: "A" | "AAAA") =>
          new Promise<dnsPacket.Packet>((take) => {
            id = (id + 1) & 0xffff
            waiting.set(id, take)
            const additionals = [{ type: "OPT", name: ".", udpPayloadSize: 1_232 } as dnsPacket.OptAnswer]
            socket.send(
              dnsPacket.encode({
                type: "query",
                id,
                flags: dnsPacket.RECURSION_DESIRED,
                questions: [{ type, name }],
                additionals
              })
            )
          })
        return { ask, close: () => socket.close() }
      })
    )
    let next = 0
    let resolved = 0
    const work = async ({ ask }: (typeof lanes)[number]) => {
      while (next < names.length) {
        const name = names[next++]!
        const { answers = [] } = await ask(name, "A")
        if (answers.length === 0) continue
        resolved++
        await ask(name, "AAAA")
      }
    }
    await Promise.all(Array.from({ length: window }, (_, i) => work(lanes[i % lanes.length]!)))
    for (const { close } of lanes) close()
    return resolved
  }
