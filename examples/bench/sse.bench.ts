import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import * as Enumeration from "@domainflow/core/generation/Enumeration"
import { GeneratedDomains } from "@domainflow/core/generation/GeneratedDomains"
import * as Embedded from "@domainflow/db/embedded"
import { Effect, Exit, ManagedRuntime, Redacted, Scope } from "effect"
import { atMost, type Bench } from "../../scripts/bench/Bench.ts"
import { ports } from "../hosts/ports.ts"
import type { Spent } from "./http/serve.ts"
import { furnish, logIn } from "./http/world.ts"

/** Browsers that watch one campaign. */
const clients = 1_000
/** Changes that they are told of, one by one. */
const commits = 12
/** Milliseconds between them, no multiple of how often the store is looked at. */
const pause = 330
const agent = "bench/1"
/**
 * Requests of other kinds before, as any server at work has answered. V8's young generation grows with the first thousands,
 * whatever they are; what a thousand clients keep on the heap is some 7 MB.
 */
const requests = 2_000

export default {
  name: "sse",
  title: `${clients.toLocaleString("en")} browsers watch a campaign`,
  compares: `one process that serves them, on PostgreSQL: what its memory grows by while all of them are connected and nothing happens (garbage collected before and with them; before, it has answered ${requests.toLocaleString("en")} other requests, and ${clients / 10} clients have come and gone), and how long after a commit the last of them has been told, the worst of ${commits}`,
  rounds: 3,
  warmups: 1,
  contenders: async (defer) => {
    const scope = Scope.makeUnsafe()
    defer(() => Effect.runPromise(Scope.close(scope, Exit.void)))
    const { url } = await Effect.runPromise(Embedded.start({ port: 0 }).pipe(Scope.provide(scope)))
    process.env["DATABASE_URL"] = Redacted.value(url)
    const runtime = ManagedRuntime.make(ports)
    defer(() => runtime.dispose())
    const { ids } = await runtime.runPromise(furnish)
    let round = 0
    return [
      {
        name: "DomainFlow",
        run: async () => {
          const child = fork(new URL("./http/adapter.ts", import.meta.url), {
            execArgv: [...process.execArgv, "--expose-gc"]
          })
          const [{ port }] = (await once(child, "message")) as [{ readonly port: number }]
          const id = ids[round++]!
          const cookie = await logIn(port, agent)
          const fresh = await settled(child)
          await work(port, cookie, id)
          const watch = (count: number) => watchers({ port, cookie, id, count })
          await (await watch(clients / 10)).leave()
          const before = await settled(child)
          const all = await watch(clients)
          const idle = await settled(child)
          const taken: Array<number> = []
          for (let commit = 0; commit < commits; commit++) {
            await sleep(pause)
            await runtime.runPromise(spell(id, commit))
            taken.push(await all.told())
          }
          const cpu = (await settled(child)).cpu - idle.cpu
          await all.leave()
          child.kill()
          return {
            "MB for idle clients": (idle.rss - before.rss) / 1_000_000,
            "MB since it started": (idle.rss - fresh.rss) / 1_000_000,
            "ms to the last, median": taken.toSorted((a, b) => a - b)[commits >> 1]!,
            "ms to the last, worst": Math.max(...taken),
            "ms CPU/commit": cpu / commits / 1_000
          }
        }
      }
    ]
  },
  targets: [atMost("DomainFlow", "MB for idle clients", 50), atMost("DomainFlow", "ms to the last, worst", 250)]
} satisfies Bench

const settled = async (child: ChildProcess): Promise<Spent> => {
  await sleep(1_000)
  const answer = once(child, "message") as Promise<[Spent]>
  child.send("settle")
  return (await answer)[0]
}

/** Has the server do what it does without watchers. */
const work = async (port: number, cookie: string, id: CampaignId) => {
  const ask = async () => {
    for (let n = 0; n < requests / 50; n++) {
      const answer = await fetch(`http://127.0.0.1:${port}/campaigns/${id}`, {
        headers: { cookie, "user-agent": agent }
      })
      if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`)
      await answer.arrayBuffer()
    }
  }
  await Promise.all(Array.from({ length: 50 }, ask))
}

/** Spells one name: one change of the counters, committed when this returns. */
const spell = Effect.fnUntraced(function* (id: CampaignId, offset: number) {
  const campaigns = yield* Campaigns
  const domains = yield* GeneratedDomains
  const params = yield* campaigns.params(id)
  const { sourceKeyword, sourcePattern, spell, tld } = yield* Enumeration.make(params)
  const at = params._tag === "domain_generation" ? params.startOffset + BigInt(offset) : 0n
  yield* domains.append({ campaignId: id, offset: at, names: spell(at, 1), sourceKeyword, sourcePattern, tld })
})

interface Watching {
  readonly port: number
  readonly cookie: string
  readonly id: CampaignId
  readonly count: number
}

/** So many connections that have each been told how the campaign stands. */
const watchers = async ({ cookie, count, id, port }: Watching) => {
  const sockets: Array<Socket> = []
  let told = 0
  let last = 0
  for (let at = 0; at < count; at++) {
    const socket = connect({ port, host: "127.0.0.1" })
    sockets.push(socket)
    socket.write(
      `GET /campaigns/${id}/events HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nuser-agent: ${agent}\r\naccept: text/event-stream\r\ncookie: ${cookie}\r\n\r\n`
    )
    socket.on("data", (chunk) => {
      if (!chunk.includes("event: progress")) return
      told++
      last = performance.now()
    })
    // As many at once as a page that everybody opens, not a flood of connections.
    if (at % 50 === 49) while (told <= at - 50) await sleep(5)
  }
  while (told < count) await sleep(5)
  return {
    /** How long it took from now until everybody was told once more. */
    told: async () => {
      const start = performance.now()
      while (told < 2 * count) await sleep(1)
      told -= count
      return last - start
    },
    leave: async () => {
      for (const socket of sockets) socket.destroy()
      await sleep(200)
    }
  }
}
