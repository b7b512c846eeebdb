import { permissions } from "@domainflow/core/auth/Permission"
import { assert, it } from "@effect/vitest"
import { Context } from "effect"
import type { HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
import { afterAll, beforeAll } from "vitest"
import { Api } from "../src/Api.ts"
import { Needs } from "../src/session/Needs.ts"
import { Operator } from "../src/session/Operator.ts"
import { Session } from "../src/session/Session.ts"
import { type Browser, open, password } from "./support/world.ts"

// The types of the groups are too many to compare; what every group has is enough here.
const groups = Object.values(Api.groups) as ReadonlyArray<unknown> as ReadonlyArray<HttpApiGroup.Top>
const endpoints = groups.flatMap((group) =>
  Object.values(group.endpoints as Record<string, HttpApiEndpoint.Top>).map((endpoint) => ({
    name: `${group.identifier}.${endpoint.identifier}`,
    endpoint
  }))
)

let world: Awaited<ReturnType<typeof open>>
let admin: Browser
beforeAll(async () => {
  world = await open()
  admin = await world.loggedIn("super_admin")
})
afterAll(() => world.close())

it.each(endpoints)("$name says what it needs, and somebody sees to it", ({ endpoint }) => {
  const need = Context.getOrUndefined(endpoint.annotations, Needs)
  assert.isDefined(need)
  assert.include(["nothing", "session", "operator", ...permissions], need)
  const guards = [...endpoint.middlewares].filter((guard) => guard === Session || guard === Operator)
  assert.deepStrictEqual(guards, need === "nothing" ? [] : [need === "operator" ? Operator : Session])
})

it.each(endpoints.filter(({ endpoint }) => Context.getOrUndefined(endpoint.annotations, Needs) !== "nothing"))(
  "$name lets nobody in without a session",
  async ({ endpoint }) => {
    const path = endpoint.path.replaceAll(/:\w+/g, "00000000-0000-4000-8000-000000000000")
    const { body, status } = await world.browser("nobody").ask(endpoint.method, path)
    assert.strictEqual(status, 401)
    assert.strictEqual(body.code, "not_logged_in")
  }
)

it("tells every problem as a document with a code and a link", async () => {
  const { body, headers, status } = await admin.ask("GET", "/campaigns/00000000-0000-4000-8000-000000000000")
  assert.strictEqual(status, 404)
  assert.strictEqual(headers.get("content-type"), "application/problem+json")
  assert.deepStrictEqual(body, {
    type: "https://github.com/domainflow/domainflow/blob/main/docs/errors.md#campaign_not_found",
    title: "There is no such campaign",
    status: 404,
    detail: "campaign 00000000-0000-4000-8000-000000000000 does not exist",
    code: "campaign_not_found",
    campaignId: "00000000-0000-4000-8000-000000000000"
  })
  const nowhere = await admin.ask("GET", "/nowhere")
  assert.deepStrictEqual([nowhere.status, nowhere.body.code], [404, "unknown_route"])
  assert.strictEqual(nowhere.headers.get("content-type"), "application/problem+json")
})

it("refuses what it does not know, and says where it stands", async () => {
  const asked = [
    [await admin.ask("GET", "/campaigns?limt=5"), "query.limt"],
    [await admin.ask("GET", "/me?x=1"), "query.x"],
    [await admin.ask("GET", "/campaigns?limit=1001"), "query.limit"],
    [await admin.ask("GET", "/campaigns/not-a-uuid"), "path.id"],
    [
      await admin.ask("POST", "/personas", { name: "a", personaType: "dns", configDetails: {}, colour: "red" }),
      "body.colour"
    ],
    [
      await admin.ask("POST", "/campaigns/pipelines", { name: "p", generation: { patternType: "prefix", depth: 2 } }),
      "body.generation.depth"
    ],
    [await admin.ask("POST", "/auth/login", "{nonsense"), "body"]
  ] as const
  for (const [{ body, status }, path] of asked) {
    assert.strictEqual(status, 400, path)
    assert.strictEqual(body.code, "invalid_request")
    assert.include(
      body.errors.map((error: { path: string }) => error.path),
      path
    )
  }
})

it("never quotes a secret that was sent wrongly", async () => {
  const { body } = await admin.ask("POST", "/auth/login", { email: 7, password: ["hunter2hunter2"] })
  assert.strictEqual(body.code, "invalid_request")
  assert.notInclude(JSON.stringify(body), "hunter2")
})

it("reads bodies of a megabyte at most, of the type it knows", async () => {
  const large = await admin.ask("POST", "/personas", {
    name: "x".repeat(1_000_001),
    personaType: "dns",
    configDetails: {}
  })
  assert.deepStrictEqual([large.status, large.body.code], [413, "body_too_large"])
  const form = await admin.ask("POST", "/auth/login", "email=a", {
    "content-type": "application/x-www-form-urlencoded"
  })
  assert.deepStrictEqual([form.status, form.body.code], [415, "unsupported_media_type"])
})

it("keeps the session in a cookie that only this host gets", async () => {
  const someone = await world.person("user")
  const { body, headers, status } = await someone.ask("POST", "/auth/login", { email: someone.email, password })
  assert.strictEqual(status, 200)
  assert.deepStrictEqual(body.roles, ["user"])
  assert.notProperty(body.user, "passwordHash")
  const [session] = headers.getSetCookie()
  for (const part of ["__Host-domainflow-session=", "Path=/", "HttpOnly", "Secure", "SameSite=Lax"]) {
    assert.include(session, part)
  }
  assert.notInclude(session, "Domain")

  assert.strictEqual((await someone.ask("GET", "/me")).body.user.email, someone.email)
  const before = someone.cookies.get("__Host-domainflow-session")
  assert.strictEqual((await someone.ask("POST", "/me/refresh")).status, 200)
  assert.notStrictEqual(someone.cookies.get("__Host-domainflow-session"), before)
  assert.strictEqual((await someone.ask("POST", "/me/logout")).status, 204)
  assert.strictEqual((await someone.ask("GET", "/me")).status, 401)
})

it("takes writes from its own pages only", async () => {
  const bare = { "sec-fetch-site": "" }
  const write = (headers: Record<string, string>) => admin.ask("POST", "/me/refresh", undefined, headers)
  assert.strictEqual((await write({ "sec-fetch-site": "same-origin" })).status, 200)
  assert.strictEqual((await write({ "sec-fetch-site": "cross-site" })).body.code, "cross_site")
  assert.strictEqual((await write({ "sec-fetch-site": "same-site" })).body.code, "cross_site")
  assert.strictEqual((await write({ ...bare })).body.code, "cross_site")
})

it("shows nobody the campaigns of others", async () => {
  const [one, other, viewer] = [
    await world.loggedIn("user"),
    await world.loggedIn("user"),
    await world.loggedIn("viewer")
  ]
  const params = {
    _tag: "domain_generation",
    patternType: "prefix",
    variableLength: 2,
    characterSet: "letters",
    constantString: "anvil",
    tld: "com"
  }
  const created = await one.ask("POST", "/campaigns", { name: "mine", params })
  assert.strictEqual(created.status, 201)
  assert.strictEqual(created.body.totalItems, "676")
  const path = `/campaigns/${created.body.id}`
  for (const suffix of ["", "/params", "/fed-by", "/generated-domains", "/export.csv", "/export.ndjson", "/events"]) {
    assert.strictEqual((await other.ask("GET", `${path}${suffix}`)).body.code, "campaign_not_found", suffix)
  }
  for (const action of ["start", "pause", "cancel", "archive", "resume"]) {
    assert.strictEqual((await other.ask("POST", `${path}/${action}`)).body.code, "campaign_not_found", action)
  }
  assert.deepStrictEqual((await other.ask("GET", "/campaigns")).body.items, [])
  assert.strictEqual((await viewer.ask("GET", path)).body.name, "mine")
  assert.strictEqual((await viewer.ask("POST", `${path}/start`)).body.code, "forbidden")
  assert.strictEqual((await one.ask("DELETE", path)).body.permission, "campaigns:delete")
  assert.strictEqual((await one.ask("POST", `${path}/start`)).body.status, "queued")
  assert.strictEqual((await one.ask("POST", `${path}/pause`)).body.status, "paused")
  assert.strictEqual((await one.ask("POST", `${path}/resume`)).body.status, "queued")
  assert.strictEqual((await one.ask("POST", `${path}/archive`)).body.code, "illegal_transition")
})
