import { assert, it } from "@effect/vitest"
import { Redacted } from "effect"
import { afterAll, beforeAll } from "vitest"
import { campaign, cookieOf } from "./support/events.ts"
import { open } from "./support/world.ts"

const token = "collector"
let world: Awaited<ReturnType<typeof open>>
beforeAll(async () => {
  world = await open({ metricsToken: Redacted.make(token), eventsHeartbeat: "50 millis" })
})
afterAll(() => world.close())

const scrape = async (): Promise<string> =>
  (await world.browser("collector").ask("GET", "/metrics", undefined, { authorization: `Bearer ${token}` })).body

/** The number of a series, as a collector reads it. */
const numberOf = (text: string, series: string): number => {
  const line = text.split("\n").find((line) => line.startsWith(`${series} `))
  assert.isDefined(line, series)
  return Number(line!.slice(series.length))
}

it("names what it counts, and counts from the start", async () => {
  const text = await scrape()
  for (const [name, type] of [
    ["domainflow_api_requests_total", "counter"],
    ["domainflow_event_watchers", "gauge"]
  ])
    assert.match(text, new RegExp(`^# HELP ${name} \\S.*\n# TYPE ${name} ${type}\n${name}`, "m"))
  for (const status of ["2xx", "3xx", "4xx", "5xx"])
    assert.include(text, `domainflow_api_requests_total{status="${status}"} `)
})

it("counts answers by the class of their status", async () => {
  const counts = async () => {
    const text = await scrape()
    return ["2xx", "4xx"].map((status) => numberOf(text, `domainflow_api_requests_total{status="${status}"}`))
  }
  const [ok = 0, refused = 0] = await counts()
  const stranger = world.browser("stranger")
  for (const path of ["/health/live", "/campaigns", "/nowhere", "/health/live"]) await stranger.ask("GET", path)
  // The first reading was answered too, once it had read.
  assert.deepStrictEqual(await counts(), [ok + 1 + 2, refused + 2])
})

it("shows who watches events now", async () => {
  const user = await world.loggedIn("user")
  const id = await campaign(user)
  const watch = () =>
    world.mounted.fetch(
      new Request(`https://host.test/campaigns/${id}/events`, {
        headers: { cookie: cookieOf(user), "user-agent": "Firefox/140" }
      }),
      { address: user.address }
    )
  const watchers = async () => numberOf(await scrape(), "domainflow_event_watchers")
  const before = await watchers()
  const watching = [await watch(), await watch()]
  assert.strictEqual(await watchers(), before + 2)
  await watching[0]!.body?.cancel()
  assert.strictEqual(await watchers(), before + 1)
  await watching[1]!.body?.cancel()
  assert.strictEqual(await watchers(), before)
})
