import { createServer } from "node:http"
import { type AddressInfo, connect } from "node:net"
import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { afterAll, beforeAll } from "vitest"
import * as Hub from "../src/campaign/Hub.ts"
import * as Outlet from "../src/campaign/Outlet.ts"
import * as Mount from "../src/Mount.ts"
import { campaign, cookieOf, progressOf, read, spell, type Told } from "./support/events.ts"
import { type Browser, layer, open } from "./support/world.ts"

/** Streams of changes that are being read from the store, and how many have been in all. */
const store = { open: 0, opened: 0 }
const counted = Layer.effect(
  Campaigns,
  Effect.map(Campaigns, (campaigns) => ({
    ...campaigns,
    watch: (...asked: Parameters<typeof campaigns.watch>) =>
      Stream.suspend(() => {
        store.open++
        store.opened++
        return Stream.ensuring(
          campaigns.watch(...asked),
          Effect.sync(() => store.open--)
        )
      })
  }))
).pipe(Layer.provideMerge(layer))

let world: Awaited<ReturnType<typeof open>>
let user: Browser
let mounted: Mount.MountedOnNode
const server = createServer((request, response) => mounted.handler(request, response))
let at = ""
beforeAll(async () => {
  world = await open({ eventsHeartbeat: "80 millis" }, counted)
  user = await world.loggedIn("user")
  mounted = await Mount.node(world.ports, { eventsHeartbeat: "80 millis" })
  server.listen(0, "127.0.0.1")
  await new Promise((resolve) => server.once("listening", resolve))
  at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  // A session is one of an address, and this one comes over a socket.
  const response = await fetch(`${at}/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json", "sec-fetch-site": "same-origin", "user-agent": "Firefox/140" },
    body: JSON.stringify({ email: user.email, password: "nine green bottles" })
  })
  socketCookie = response.headers
    .getSetCookie()
    .map((line) => line.slice(0, line.indexOf(";")))
    .join("; ")
})
afterAll(async () => {
  server.close()
  await mounted.stop()
  await world.close()
})
let socketCookie = ""

const head = (cookie: string, last?: string) => ({
  cookie,
  "user-agent": "Firefox/140",
  ...(last === undefined ? {} : { "last-event-id": last })
})
const byFetch = (id: CampaignId, last?: string) =>
  world.mounted.fetch(
    new Request(`https://host.test/campaigns/${id}/events`, { headers: head(cookieOf(user), last) }),
    {
      address: user.address
    }
  )
const bySocket = (id: CampaignId, last?: string) =>
  fetch(`${at}/campaigns/${id}/events`, { headers: head(socketCookie, last) })

const until = async (holds: () => boolean, what: string) => {
  for (let tries = 0; !holds(); tries++) {
    assert.isBelow(tries, 500, what)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
const has = (items: number) => (told: ReadonlyArray<Told>) =>
  progressOf(told).some(({ data }) => Number(data.processedItems) >= items)

it.each([
  ["the web handler", byFetch],
  ["the handler of node:http", bySocket]
])("reads a campaign once for all who watch it by %s, and not at all when they have left", async (_, ask) => {
  const id = await campaign(user, 2)
  await user.ask("POST", `/campaigns/${id}/start`)
  const before = { ...store }
  const watching = Array.from({ length: 20 }, async () => read(await ask(id), has(40)))
  await until(() => store.open === before.open + 1, "somebody reads")
  for (let offset = 0; offset < 40; offset++) await spell(world, id, offset)
  for (const told of await Promise.all(watching)) {
    const seqs = progressOf(told).map(({ id }) => Number(id))
    assert.deepStrictEqual(
      seqs,
      seqs.map((_, i) => seqs[0]! + i),
      "none skipped, none twice"
    )
  }
  assert.strictEqual(store.opened, before.opened + 1, "once for all of them")
  await until(() => store.open === before.open, "nobody reads any more")
})

it("tells whoever keeps coming back everything, once", async () => {
  const id = await campaign(user, 2)
  await user.ask("POST", `/campaigns/${id}/start`)
  const persistent = async () => {
    const seqs: Array<number> = []
    let last: string | undefined
    let seen = 0
    // Leaves after every few events, in the midst of things.
    while (seen < 60) {
      const told = progressOf(
        await read(await bySocket(id, last), (told) => progressOf(told).length >= 3 || has(60)(told))
      )
      seqs.push(...told.map(({ id }) => Number(id)))
      last = told.at(-1)?.id ?? last
      seen = Number(told.at(-1)?.data.processedItems ?? seen)
    }
    return seqs
  }
  const all = Array.from({ length: 5 }, persistent)
  for (let offset = 0; offset < 60; offset++) {
    await spell(world, id, offset)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  for (const seqs of await Promise.all(all)) {
    assert.deepStrictEqual(
      seqs,
      seqs.map((_, i) => seqs[0]! + i)
    )
  }
})

it("asks to come back when a session must be looked at anew, and ends with the campaign", async () => {
  const short = await open({ eventsFor: "200 millis" }, counted)
  const someone = await short.loggedIn("user")
  const id = await campaign(someone)
  const ask = () =>
    short.mounted.fetch(new Request(`https://host.test/campaigns/${id}/events`, { headers: head(cookieOf(someone)) }), {
      address: someone.address
    })
  const told = await read(await ask(), () => false)
  assert.deepStrictEqual(
    told.map(({ event }) => event),
    ["progress", "reconnect"]
  )
  await someone.ask("POST", `/campaigns/${id}/cancel`)
  const over = await read(await ask(), () => false)
  assert.deepStrictEqual(
    over.map(({ event, data }) => [event, data.status]),
    [
      ["progress", "cancelled"],
      ["end", undefined]
    ]
  )
  await short.close()
})

it("lets go of who does not keep up, and they miss nothing by coming back", async () => {
  const caughtUp: Array<bigint> = []
  const hub = Hub.make((watcher) => {
    caughtUp.push(watcher.cursor!)
    return Effect.runFork(Effect.void)
  })
  const update = (seq: number) => ({
    seq: BigInt(seq),
    at: new Date(0),
    status: "running" as const,
    totalItems: 9n,
    processedItems: 0n,
    successfulItems: 0n,
    failedItems: 0n
  })
  const join = (cursor: bigint | null) => {
    const feed = new Outlet.Feed((outlet) => {
      const until = Number.POSITIVE_INFINITY
      const watcher: Hub.Watcher = { outlet, cursor, until, isQuiet: false, catchingUp: null }
      hub.join(watcher)
      return () => hub.leave(watcher)
    })
    return new Response(Outlet.web(feed))
  }
  hub.tell([update(1)])
  const slow = join(null)
  const quick = read(join(null), (told) => told.length >= 1_500)
  // More than may wait for one of them.
  for (let seq = 2; seq <= 2_000; seq++) {
    hub.tell([update(seq)])
    if (seq % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 0))
  }
  assert.isAtLeast((await quick).length, 1_500)
  const refused = await read(slow, () => false).catch((error: Error) => error.message)
  assert.strictEqual(refused, "the client does not keep up")
  const back = await read(join(1_400n), (told) => told.length >= 100)
  assert.deepStrictEqual([back[0]!.id, back[99]!.id], ["1401", "1500"])
  for (let seq = 2_001; seq < 5_000; seq++) hub.tell([update(seq)])
  // That long ago is the store's to tell.
  void join(2n)
  assert.deepStrictEqual(caughtUp, [2n])
})

it("is not held up by a client that opens a stream and is gone", async () => {
  const id = await campaign(user)
  const before = store.open
  await new Promise<void>((resolve) => {
    const socket = connect(Number(new URL(at).port), "127.0.0.1", () => {
      socket.write(
        `GET /campaigns/${id}/events HTTP/1.1\r\nhost: x\r\nuser-agent: Firefox/140\r\ncookie: ${socketCookie}\r\n\r\n`
      )
      setTimeout(() => {
        socket.destroy()
        resolve()
      }, 5)
    })
  })
  await new Promise((resolve) => setTimeout(resolve, 200))
  await until(() => store.open === before, "nobody reads for it")
})
