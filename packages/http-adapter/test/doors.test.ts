import { createServer, request } from "node:http"
import type { AddressInfo } from "node:net"
import { AuthLog } from "@domainflow/core/auth/AuthLog"
import { GeneratedDomains } from "@domainflow/core/generation/GeneratedDomains"
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Stream } from "effect"
import { afterAll, beforeAll } from "vitest"
import * as Mount from "../src/Mount.ts"
import * as ClientAddress from "../src/session/ClientAddress.ts"
import { campaign, cookieOf, spell } from "./support/events.ts"
import { type Browser, layer, open, password } from "./support/world.ts"

const token = "a token that only the collector knows"
let world: Awaited<ReturnType<typeof open>>
let behind: Awaited<ReturnType<typeof open>>
let admin: Browser
beforeAll(async () => {
  world = await open({ metricsToken: Redacted.make(token), origins: ["https://page.example"] })
  behind = await open({ trustedProxies: ["10.0.0.0/8", "fd00::/8"] })
  admin = await world.loggedIn("super_admin")
})
afterAll(async () => {
  await world.close()
  await behind.close()
})

const nowhere = "00000000-0000-4000-8000-000000000000"

it("says what an address does, to whoever asks it for something else", async () => {
  const asked = [
    ["PUT", "/campaigns", "GET, HEAD, POST"],
    ["POST", `/campaigns/${nowhere}`, "DELETE, GET, HEAD, PATCH"],
    ["GET", "/auth/login", "POST"],
    ["DELETE", "/openapi.json", "GET, HEAD"],
    ["PATCH", `/users/${nowhere}/roles/viewer`, "DELETE, PUT"]
  ] as const
  for (const [method, path, allow] of asked) {
    const { body, headers, status } = await admin.ask(method, path)
    assert.deepStrictEqual([status, body.code, headers.get("allow")], [405, "method_not_allowed", allow], path)
    assert.strictEqual(headers.get("content-type"), "application/problem+json")
    assert.match(body.type, /^https:.*#method_not_allowed$/)
    assert.deepInclude(body, { status: 405, title: "That is not done at this address" })
  }
  assert.strictEqual((await admin.ask("PUT", "/nowhere")).body.code, "unknown_route")
  assert.strictEqual((await admin.ask("GET", `/campaigns/${nowhere}/nowhere`)).status, 404)
  assert.strictEqual((await admin.ask("HEAD", "/health/live")).status, 200)

  const prefixed = await open({ prefix: "/api" })
  const somebody = prefixed.browser("nobody")
  assert.strictEqual((await somebody.ask("DELETE", "/health/live")).headers.get("allow"), "GET, HEAD")
  const outside = await prefixed.mounted.fetch(new Request("https://host.test/health/live", { method: "DELETE" }))
  assert.strictEqual(outside.status, 404)
  await prefixed.close()
})

it("goes by Origin where a browser does not say Sec-Fetch-Site", async () => {
  // A header that is not sent is not sent empty.
  const write = async (headers: Record<string, string>, shows = true) => {
    const response = await world.mounted.fetch(
      new Request("https://host.test/me/refresh", {
        method: "POST",
        headers: {
          host: "host.test",
          "user-agent": "Firefox/140",
          ...(shows ? { cookie: [...admin.cookies].map(([name, value]) => `${name}=${value}`).join("; ") } : {}),
          ...headers
        }
      }),
      { address: admin.address }
    )
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      admin.cookies.set(name!, value!)
    }
    return [response.status, response.ok ? null : ((await response.json()) as { code: string }).code]
  }
  assert.deepStrictEqual(await write({ origin: "https://host.test" }), [200, null])
  assert.deepStrictEqual(await write({ origin: "https://page.example" }), [200, null])
  for (const origin of [
    "https://evil.example",
    "https://host.test.evil.example",
    "null",
    "",
    "https://host.test:444"
  ]) {
    assert.deepStrictEqual(await write({ origin }), [403, "cross_site"], origin)
  }
  assert.deepStrictEqual(await write({}), [403, "cross_site"], "neither is said")
  assert.deepStrictEqual(
    await write({ origin: "https://host.test", "sec-fetch-site": "cross-site" }),
    [403, "cross_site"],
    "Sec-Fetch-Site comes first"
  )
  // Without a cookie there is nothing that a stranger's page could use.
  assert.deepStrictEqual(await write({}, false), [401, "not_logged_in"])
})

it("lets a collector read the metrics by its token, a super_admin by their session, and nobody else", async () => {
  const collector = world.browser("collector")
  const metrics = await collector.ask("GET", "/metrics", undefined, { authorization: `Bearer ${token}` })
  assert.strictEqual(metrics.status, 200)
  assert.match(metrics.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/)
  assert.strictEqual((await admin.ask("GET", "/metrics")).status, 200)
  for (const authorization of ["Bearer wrong", `Bearer ${token}x`, `Basic ${token}`, "Bearer "]) {
    assert.strictEqual((await collector.ask("GET", "/metrics", undefined, { authorization })).status, 401)
  }
  const user = await world.loggedIn("admin")
  assert.strictEqual((await user.ask("GET", "/metrics")).body.code, "forbidden")
  // An installation without a token is not open to whoever sends none.
  for (const authorization of ["Bearer ", "Bearer null", "Bearer undefined"]) {
    assert.strictEqual((await behind.browser("x").ask("GET", "/metrics", undefined, { authorization })).status, 401)
  }
})

it("takes an empty token for none, and opens the metrics to nobody by it", async () => {
  for (const metricsToken of ["", "  "]) {
    const unset = await open({ metricsToken: Redacted.make(metricsToken) })
    const stranger = unset.browser("stranger")
    for (const headers of [{}, { authorization: "Bearer " }, { authorization: `Bearer ${metricsToken}` }]) {
      assert.strictEqual((await stranger.ask("GET", "/metrics", undefined, headers)).status, 401)
    }
    await unset.close()
  }
})

it("believes a chain of proxies as far as it trusts it, and not a hop further", async () => {
  const trusted = ClientAddress.networks(["10.0.0.0/8", "fd00::/8"])
  const chains = [
    // A stranger who sends the header themselves is where they are.
    ["203.0.113.9", "198.51.100.1", "203.0.113.9"],
    ["10.0.0.1", "198.51.100.1", "198.51.100.1"],
    // What stands before the last stranger is hearsay.
    ["10.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"],
    ["10.0.0.1", "1.2.3.4, 198.51.100.1, 10.9.9.9", "198.51.100.1"],
    ["10.0.0.1", "10.1.1.1, 10.2.2.2", "10.1.1.1"],
    ["::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"],
    ["fd00::1", "2001:db8::7", "2001:db8::7"],
    ["10.0.0.1", "198.51.100.1, nonsense", "10.0.0.1"],
    ["10.0.0.1", undefined, "10.0.0.1"],
    ["10.0.0.1", "", "10.0.0.1"],
    [null, "198.51.100.1", null]
  ] as const
  for (const [peer, header, client] of chains) {
    assert.strictEqual(ClientAddress.of(peer, header, trusted), client, `${peer} ${header}`)
  }
  assert.throws(() => ClientAddress.networks(["everywhere"]))
})

/** Logs in wrongly from a peer with a header, and answers the address that the trail holds for it. */
const seen = async (where: typeof world, peer: string, forwarded: string) => {
  const someone = await where.person("user")
  await where.mounted.fetch(
    new Request("https://host.test/auth/login", {
      method: "POST",
      headers: {
        host: "host.test",
        "sec-fetch-site": "same-origin",
        "content-type": "application/json",
        "x-forwarded-for": forwarded
      },
      body: JSON.stringify({ email: someone.email, password: `${password}?` })
    }),
    { address: peer }
  )
  const { items } = await where.run(Effect.flatMap(AuthLog, (log) => log.page({ eventType: "login" }, { limit: 1 })))
  return items[0]?.ipAddress
}

it("writes down where somebody is, not where they say they are", async () => {
  assert.strictEqual(await seen(world, "203.0.113.9", "198.51.100.1"), "203.0.113.9")
  assert.strictEqual(await seen(behind, "203.0.113.9", "198.51.100.1"), "203.0.113.9")
  assert.strictEqual(await seen(behind, "10.0.0.1", "1.1.1.1, 198.51.100.1"), "198.51.100.1")
})

it("stops when its host does: who is served is answered, who watches is told to come back, the port is free", async () => {
  const mounted = await Mount.node(world.ports)
  const server = createServer(mounted.handler).listen(0, "127.0.0.1")
  await new Promise((resolve) => server.once("listening", resolve))
  const { port } = server.address() as AddressInfo
  const at = `http://127.0.0.1:${port}`
  const someone = await world.person("user")
  const said = { "content-type": "application/json", "sec-fetch-site": "same-origin", "user-agent": "Firefox/140" }
  const body = JSON.stringify({ email: someone.email, password })
  const login = await fetch(`${at}/auth/login`, { method: "POST", headers: said, body })
  const cookie = login.headers
    .getSetCookie()
    .map((line) => line.slice(0, line.indexOf(";")))
    .join("; ")
  const campaign = (await (
    await fetch(`${at}/campaigns`, {
      method: "POST",
      headers: { ...said, cookie },
      body: JSON.stringify({
        name: "names",
        params: {
          _tag: "domain_generation",
          patternType: "prefix",
          variableLength: 1,
          characterSet: "letters",
          constantString: "stopping",
          tld: "com"
        }
      })
    })
  ).json()) as { id: string }
  const events = await fetch(`${at}/campaigns/${campaign.id}/events`, {
    headers: { cookie, "user-agent": "Firefox/140" }
  })
  // A request whose body is still on its way when the host begins to stop.
  const slow = new Promise<number | undefined>((resolve, reject) => {
    const asked = request(
      {
        port,
        host: "127.0.0.1",
        path: "/auth/login",
        method: "POST",
        headers: { ...said, "content-length": body.length }
      },
      (answer) => resolve(answer.resume().statusCode)
    ).on("error", reject)
    asked.write(body.slice(0, 10))
    setTimeout(() => asked.end(body.slice(10)), 300)
  })
  await new Promise((resolve) => setTimeout(resolve, 100))

  const closed = new Promise((resolve) => server.close(resolve))
  const stopped = mounted.stop()
  assert.match(await events.text(), /event: reconnect\n/)
  assert.strictEqual(await slow, 200)
  await Promise.all([stopped, closed])
  const again = createServer().listen(port, "127.0.0.1")
  await new Promise((resolve, reject) => again.once("listening", resolve).once("error", reject))
  await new Promise((resolve) => again.close(resolve))
})

it("lets an export that a host of Fetch has begun to send come to its end when it stops", async () => {
  const letGo = Promise.withResolvers<void>()
  const slow = Layer.effect(
    GeneratedDomains,
    Effect.map(GeneratedDomains, (names) => ({
      ...names,
      // The second half is there only while the host stops already.
      stream: (...asked: Parameters<typeof names.stream>) =>
        Stream.concat(
          Stream.take(names.stream(...asked), 13),
          Stream.unwrap(
            Effect.as(
              Effect.promise(() => letGo.promise),
              Stream.drop(names.stream(...asked), 13)
            )
          )
        )
    }))
  ).pipe(Layer.provideMerge(layer))
  const other = await open({}, slow)
  const someone = await other.loggedIn("user")
  const id = await campaign(someone)
  await spell(other, id, 0, 26)
  const mounted = Mount.web(other.ports)
  const ask = () =>
    mounted.fetch(
      new Request(`https://host.test/campaigns/${id}/export.ndjson`, {
        headers: { cookie: cookieOf(someone), "user-agent": "Firefox/140" }
      }),
      { address: someone.address }
    )
  const [read, left] = [await ask(), await ask()]
  // Nobody waits for what nobody wants any more.
  await left.body?.cancel()
  const text = read.text()
  let hasStopped = false
  const stopped = mounted.stop().then(() => {
    hasStopped = true
  })
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.isFalse(hasStopped, "an export is open")
  letGo.resolve()
  assert.lengthOf((await text).trim().split("\n"), 26)
  const start = performance.now()
  await stopped
  // Who left would have been waited for, for ten seconds.
  assert.isBelow(performance.now() - start, 5_000)
  await other.close()
})

it("goes through the lists of accounts and of what happened, a page at a time, to the end", async () => {
  const other = await open()
  const manager = await other.loggedIn("super_admin")
  for (let i = 0; i < 2; i++) {
    await other.loggedIn("user")
    const persona = { name: `p${i}`, personaType: "dns", configDetails: { resolvers: ["127.0.0.1"] } }
    assert.strictEqual((await manager.ask("POST", "/personas", persona)).status, 201)
  }
  for (const list of ["/users", "/audit/changes", "/audit/accounts"]) {
    const ids = (body: { items: ReadonlyArray<{ id: string }> }) => body.items.map(({ id }) => id)
    const all = ids((await manager.ask("GET", `${list}?limit=1000`)).body)
    assert.isAtLeast(all.length, 2, list)
    const paged: Array<string> = []
    let after: string | null = null
    do {
      const cursor: string = after === null ? "" : `&after=${encodeURIComponent(after)}`
      const { body, status } = await manager.ask("GET", `${list}?limit=1${cursor}`)
      assert.strictEqual(status, 200, list)
      paged.push(...ids(body))
      after = body.next
    } while (after !== null)
    assert.deepStrictEqual(paged, all, list)
  }
  await other.close()
})

it("caps every page, and keeps the place in a list that grows", async () => {
  const lists = ["/campaigns", "/personas", "/keyword-sets", "/proxies", "/users", "/audit/changes", "/audit/accounts"]
  for (const list of lists) {
    for (const limit of ["0", "-1", "1001", "1.5", "1e9", "many", ""]) {
      const { body, status } = await admin.ask("GET", `${list}?limit=${limit}`)
      assert.deepStrictEqual([status, body.errors?.[0]?.path], [400, "query.limit"], `${list} ${limit}`)
    }
    assert.strictEqual((await admin.ask("GET", `${list}?limit=1000`)).status, 200)
    assert.strictEqual((await admin.ask("GET", `${list}?after=none`)).body.code, "invalid_cursor", list)
  }
  const persona = (name: string) =>
    admin.ask("POST", "/personas", { name, personaType: "dns", configDetails: { resolvers: ["127.0.0.1"] } })
  for (let i = 0; i < 10; i++) await persona(`m${i}`)
  const names: Array<string> = []
  let after: string | null = null
  do {
    const cursor: string = after === null ? "" : `&after=${after}`
    const { body } = await admin.ask("GET", `/personas?limit=3${cursor}`)
    names.push(...body.items.map(({ name }: { name: string }) => name))
    after = body.next
    // Somebody adds one before the place that was reached, and one behind it.
    await persona(`a${names.length}`)
    if (names.length < 5) await persona(`z${names.length}`)
  } while (after !== null)
  assert.strictEqual(new Set(names).size, names.length, "none twice")
  for (let i = 0; i < 10; i++) assert.include(names, `m${i}`, "none left out")
})
