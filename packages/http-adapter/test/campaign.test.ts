import { CampaignId } from "@domainflow/core/campaign/CampaignId"
import { GeneratedDomains } from "@domainflow/core/generation/GeneratedDomains"
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { afterAll, beforeAll } from "vitest"
import { quoted } from "../src/campaign/Csv.ts"
import * as Client from "../src/client.ts"
import { campaign, cookieOf, progressOf, read, spell, type Told } from "./support/events.ts"
import { type Browser, layer, open } from "./support/world.ts"

let world: Awaited<ReturnType<typeof open>>
let user: Browser
beforeAll(async () => {
  world = await open({ eventsHeartbeat: "50 millis" })
  user = await world.loggedIn("user")
})
afterAll(() => world.close())

/** The events of a campaign until `enough`, as a browser would read them. */
const events = async (id: string, enough: (told: ReadonlyArray<Told>) => boolean, last?: string) => {
  const response = await world.mounted.fetch(
    new Request(`https://host.test/campaigns/${id}/events`, {
      headers: {
        cookie: cookieOf(user),
        "user-agent": "Firefox/140",
        ...(last === undefined ? {} : { "last-event-id": last })
      }
    }),
    { address: user.address }
  )
  assert.strictEqual(response.headers.get("content-type"), "text/event-stream")
  assert.strictEqual(response.headers.get("x-accel-buffering"), "no")
  return read(response, enough)
}

it("tells every change once, from where a client was cut off", async () => {
  const id = await campaign(user)
  await user.ask("POST", `/campaigns/${id}/start`)
  const first = events(id, (told) => progressOf(told).some(({ data }) => data.processedItems === "10"))
  await new Promise((resolve) => setTimeout(resolve, 100))
  for (let offset = 0; offset < 10; offset++) await spell(world, id, offset, 1)
  const before = progressOf(await first)
  const last = before.at(-1)!
  // While nobody listens.
  await spell(world, id, 10, 5)
  const second = events(id, (told) => progressOf(told).some(({ data }) => data.processedItems === "20"), last.id)
  await new Promise((resolve) => setTimeout(resolve, 400))
  await spell(world, id, 15, 5)
  const all = [...before, ...progressOf(await second)].map(({ id }) => Number(id))
  assert.deepStrictEqual(
    all,
    [...new Set(all)].sort((a, b) => a - b),
    "none twice, none out of order"
  )
  assert.strictEqual(all.at(-1)! - all[0]!, all.length - 1, "none left out")
})

it("says that it is there while nothing happens, and ends with the campaign", async () => {
  const id = await campaign(user)
  const quiet = await events(id, (told) => told.some(({ event }) => event === "ping"))
  assert.deepStrictEqual(quiet.map(({ event }) => event).slice(0, 2), ["progress", "ping"])
  await user.ask("POST", `/campaigns/${id}/cancel`)
  const over = await events(id, (told) => told.some(({ event }) => event === "end"))
  assert.strictEqual(progressOf(over).at(-1)?.data.status, "cancelled")
})

it("tells whoever watches to come back when it stops", async () => {
  const other = await open()
  const someone = await other.loggedIn("user")
  const params = {
    _tag: "domain_generation",
    patternType: "prefix",
    variableLength: 1,
    characterSet: "letters",
    constantString: "stop",
    tld: "com"
  }
  const { body } = await someone.ask("POST", "/campaigns", { name: "names", params })
  const cookie = cookieOf(someone)
  const response = await other.mounted.fetch(
    new Request(`https://host.test/campaigns/${body.id}/events`, { headers: { cookie, "user-agent": "Firefox/140" } }),
    { address: someone.address }
  )
  const text = response.text()
  await new Promise((resolve) => setTimeout(resolve, 200))
  await other.close()
  assert.match(await text, /event: reconnect\n/)
})

it("pages what was found by a cursor, and streams all of it", async () => {
  const id = await campaign(user)
  await spell(world, id, 0, 26)
  const names: Array<string> = []
  let after: string | null = null
  do {
    const cursor: string = after === null ? "" : `&after=${after}`
    const { body } = await user.ask("GET", `/campaigns/${id}/generated-domains?limit=7${cursor}`)
    names.push(...body.items.map(({ domainName }: { domainName: string }) => domainName))
    after = body.next
  } while (after !== null)
  assert.strictEqual(new Set(names).size, 26)
  const csv = (await user.ask("GET", `/campaigns/${id}/export.csv`)).body.split("\r\n")
  assert.strictEqual(csv[0], "domainName,offsetIndex,generatedAt")
  assert.strictEqual(csv.length, 28)
  const ndjson: string = (await user.ask("GET", `/campaigns/${id}/export.ndjson`)).body
  assert.deepStrictEqual(
    ndjson
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).domainName),
    names
  )
  assert.strictEqual(
    (await user.ask("GET", `/campaigns/${id}/generated-domains?after=nonsense`)).body.code,
    "invalid_cursor"
  )
})

it("reads no more for a page than its rows and one that says whether there are others", async () => {
  let read = 0
  const counting = Layer.effect(
    GeneratedDomains,
    Effect.map(GeneratedDomains, (names) => ({
      ...names,
      stream: (...asked) =>
        Stream.mapArray(names.stream(...asked), (rows) => {
          read += rows.length
          return rows
        })
    }))
  )
  const other = await open({}, counting.pipe(Layer.provideMerge(layer)))
  const someone = await other.loggedIn("user")
  const id = await campaign(someone)
  await spell(other, id, 0, 26)
  const { body } = await someone.ask("GET", `/campaigns/${id}/generated-domains?limit=5`)
  assert.lengthOf(body.items, 5)
  assert.isNotNull(body.next)
  assert.strictEqual(read, 6)
  await other.close()
})

it("never lets a stranger's title become a formula, or break a line of a table", () => {
  assert.strictEqual(quoted("=HYPERLINK(1)"), "'=HYPERLINK(1)")
  assert.strictEqual(quoted('a "quoted", title\n'), '"a ""quoted"", title\n"')
  assert.strictEqual(quoted(null), "")
  assert.strictEqual(quoted(-1n), "-1")
})

it("plans what nothing is reserved for, explains a name, and keeps both to their owner", async () => {
  const params = {
    _tag: "domain_generation",
    patternType: "prefix",
    variableLength: 1,
    characterSet: "letters",
    constantString: "explained",
    tld: "com"
  }
  const ask = { name: "names", params }
  const [plan] = (await user.ask("POST", "/campaigns/plan", ask)).body
  assert.deepInclude(plan, { campaignType: "domain_generation", names: "26", isExact: true, queries: "0" })
  const { body } = await user.ask("POST", "/campaigns", ask)
  assert.strictEqual(body.totalItems, plan.names)
  await spell(world, CampaignId.make(body.id), 0, 3)
  const name = `b${params.constantString}.com`
  const explained = await user.ask("GET", `/campaigns/${body.id}/names/${name}/explanation`)
  assert.strictEqual(explained.body.generation.offsetIndex, "1")
  assert.isNull(explained.body.dns)
  assert.strictEqual((await user.ask("GET", `/campaigns/${body.id}/outcome`)).body.names, "3")
  assert.deepStrictEqual((await user.ask("GET", `/campaigns/${body.id}/jobs`)).body, { items: [], next: null })

  const other = await world.loggedIn("user")
  for (const suffix of [`names/${name}/explanation`, "outcome", "jobs"]) {
    assert.strictEqual(
      (await other.ask("GET", `/campaigns/${body.id}/${suffix}`)).body.code,
      "campaign_not_found",
      suffix
    )
  }
})

it("answers a typed client with core's own classes, errors included", async () => {
  const id = await campaign(user)
  const fetch = ((input: string | URL, init?: RequestInit) => {
    const headers = new Headers(init?.headers)
    headers.set("cookie", cookieOf(user))
    headers.set("user-agent", "Firefox/140")
    return world.mounted.fetch(new Request(new URL(input, "https://host.test"), { ...init, headers }), {
      address: user.address
    })
  }) as typeof globalThis.fetch
  const client = await Effect.runPromise(Client.make({ baseUrl: "https://host.test", fetch }))
  const found = await Effect.runPromise(client.campaigns.get({ params: { id } }))
  assert.strictEqual(found.totalItems, 26n)
  const missing = CampaignId.make("00000000-0000-4000-8000-00000000dead")
  const refused = await Effect.runPromise(Effect.flip(client.campaigns.get({ params: { id: missing } })))
  assert.deepInclude(refused, { _tag: "CampaignNotFound", campaignId: missing })
})
