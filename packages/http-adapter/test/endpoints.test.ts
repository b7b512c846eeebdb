// One file, however long: its last test asks of every endpoint whether the others have seen it work and refuse.
import { Letterbox } from "@domainflow/core/auth/Courier"
import { ProxyProbe } from "@domainflow/core/proxy/ProxyProbe"
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Queue, Redacted } from "effect"
import type { HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
import { afterAll, beforeAll } from "vitest"
import { Api } from "../src/Api.ts"
import { spell } from "./support/events.ts"
import { type Answer, type Browser, layer, open, password } from "./support/world.ts"

/** Every endpoint that the API declares. What was seen of each is looked at in the end. */
const groups = Object.values(Api.groups) as ReadonlyArray<unknown> as ReadonlyArray<HttpApiGroup.Top>
const endpoints = groups.flatMap((group) =>
  Object.values(group.endpoints as Record<string, HttpApiEndpoint.Top>).map(({ identifier, method, path }) => ({
    name: `${group.identifier}.${identifier}`,
    method,
    pattern: new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/:\w+/g, "[^/?]+")}$`),
    isFixed: !path.includes(":")
  }))
)
const done = new Set<string>()
const refused = new Set<string>()

const probe = Layer.succeed(ProxyProbe, {
  probe: () => Effect.succeed({ isHealthy: true, lastStatus: "ok", latencyMs: 7 })
})

let world: Awaited<ReturnType<typeof open>>
let admin: Browser
let user: Browser
beforeAll(async () => {
  world = await open({ metricsToken: Redacted.make("collector") }, Layer.merge(layer, probe))
  admin = await world.loggedIn("super_admin")
  user = await world.loggedIn("user")
})
afterAll(() => world.close())

/** Asks, and writes down which endpoint answered how. */
const ask = async (who: Browser, method: string, path: string, body?: unknown): Promise<Answer> => {
  const answer = await who.ask(method, path, body)
  const bare = path.split("?", 1)[0]!
  const matching = endpoints.filter((endpoint) => endpoint.method === method && endpoint.pattern.test(bare))
  const endpoint = matching.find(({ isFixed }) => isFixed) ?? matching[0]
  assert.isDefined(endpoint, `${method} ${path}`)
  if (answer.status < 300) done.add(endpoint!.name)
  else if (answer.status < 500) refused.add(endpoint!.name)
  return answer
}

/** A refusal of this code. */
const refuse = async (code: string, ...asked: Parameters<typeof ask>) => {
  const { body, status } = await ask(...asked)
  assert.deepStrictEqual([body.code, status < 500], [code, true], `${asked[1]} ${asked[2]}`)
}
/** An answer of this status. */
const expect = async (status: number, ...asked: Parameters<typeof ask>) => {
  const answer = await ask(...asked)
  assert.strictEqual(answer.status, status, `${asked[1]} ${asked[2]}: ${JSON.stringify(answer.body)}`)
  return answer.body
}

const nowhere = "00000000-0000-4000-8000-000000000000"
const pattern = (constantString: string) => ({
  patternType: "prefix",
  variableLength: 1,
  characterSet: "letters",
  constantString,
  tld: "com"
})
const generation = (word: string) => ({ name: word, params: { _tag: "domain_generation", ...pattern(word) } })

it("opens and closes accounts", async () => {
  const someone = await world.person("user")
  const nobody = world.browser("nobody")
  await refuse("invalid_credentials", nobody, "POST", "/auth/login", { email: someone.email, password: "wrong" })
  assert.strictEqual(
    (await expect(200, someone, "POST", "/auth/login", { email: someone.email, password })).user.email,
    someone.email
  )
  assert.deepStrictEqual((await expect(200, someone, "GET", "/me")).roles, ["user"])
  await expect(200, someone, "POST", "/me/refresh")
  const next = "ten green bottles hanging"
  await refuse("invalid_credentials", someone, "POST", "/me/password", { current: "wrong", next })
  await refuse("weak_password", someone, "POST", "/me/password", { current: password, next: "short" })
  await expect(204, someone, "POST", "/me/password", { current: password, next })
  await expect(204, someone, "POST", "/me/logout")
  await refuse("not_logged_in", someone, "GET", "/me")
  await refuse("not_logged_in", someone, "POST", "/me/logout")
  await refuse("not_logged_in", someone, "POST", "/me/refresh")
  await expect(200, someone, "POST", "/auth/login", { email: someone.email, password: next })
  assert.strictEqual((await expect(200, someone, "POST", "/me/logout-everywhere")).sessions, 1)
  await refuse("not_logged_in", someone, "POST", "/me/logout-everywhere")

  const letter = async () => {
    const { kind, token } = await world.run(
      Effect.flatMap(Effect.serviceOption(Letterbox), (box) =>
        box._tag === "Some" ? Queue.take(box.value) : Effect.die("no letterbox")
      )
    )
    return { kind, token: Redacted.value(token) }
  }
  await refuse("invalid_request", nobody, "POST", "/auth/password-reset", { mail: someone.email })
  await expect(202, nobody, "POST", "/auth/password-reset", { email: someone.email })
  const reset = await letter()
  assert.strictEqual(reset.kind, "password_reset")
  await expect(204, nobody, "POST", "/auth/password-reset/confirm", { token: reset.token, password })
  await refuse("invalid_link", nobody, "POST", "/auth/password-reset/confirm", { token: reset.token, password })
  await refuse("invalid_request", nobody, "POST", "/auth/verification", {})
  await expect(202, nobody, "POST", "/auth/verification", { email: someone.email })
  const { token } = await letter()
  await expect(204, nobody, "POST", "/auth/verification/confirm", { token })
  await refuse("invalid_link", nobody, "POST", "/auth/verification/confirm", { token })
})

it("runs campaigns", async () => {
  await refuse("invalid_pattern", user, "POST", "/campaigns/preview", { ...pattern("anvil"), constantString: "no!" })
  const preview = await expect(200, user, "POST", "/campaigns/preview", pattern("anvil"))
  assert.deepStrictEqual([preview.size, preview.names[0]], ["26", "aanvil.com"])
  await refuse("invalid_request", user, "POST", "/campaigns/plan", { name: "x" })
  await expect(200, user, "POST", "/campaigns/plan", generation("planned"))
  await refuse("invalid_request", user, "POST", "/campaigns", { name: "x" })
  const { id } = await expect(201, user, "POST", "/campaigns", generation("anvil"))
  await refuse("invalid_request", user, "POST", "/campaigns/pipelines", { name: "x" })
  const persona = await expect(201, admin, "POST", "/personas", {
    name: "resolver",
    personaType: "dns",
    configDetails: { resolvers: ["127.0.0.1"] }
  })
  const stages = await expect(201, user, "POST", "/campaigns/pipelines", {
    name: "both",
    generation: pattern("both"),
    dns: { personaIds: [persona.id] }
  })
  assert.strictEqual(stages.length, 2)
  const [source, dns] = stages

  await refuse("invalid_cursor", user, "GET", "/campaigns?after=x")
  assert.strictEqual((await expect(200, user, "GET", "/campaigns")).items.length, 3)
  await expect(200, user, "GET", `/campaigns/${id}`)
  assert.strictEqual((await expect(200, user, "GET", `/campaigns/${dns.id}/params`)).batchSize, 1_000)
  assert.strictEqual((await expect(200, user, "GET", `/campaigns/${source.id}/fed-by`))[0].id, dns.id)

  await refuse("invalid_request", user, "PATCH", `/campaigns/${id}`, { status: "completed" })
  await refuse("invalid_campaign", user, "PATCH", `/campaigns/${id}`, { settings: { constantString: "x" } })
  const renamed = await expect(200, user, "PATCH", `/campaigns/${dns.id}`, {
    name: "renamed",
    settings: { batchSize: 9 }
  })
  assert.strictEqual(renamed.name, "renamed")
  assert.strictEqual((await expect(200, user, "GET", `/campaigns/${dns.id}/params`)).batchSize, 9)

  await refuse("illegal_transition", user, "POST", `/campaigns/${id}/pause`)
  await refuse("illegal_transition", user, "POST", `/campaigns/${id}/resume`)
  await refuse("illegal_transition", user, "POST", `/campaigns/${id}/archive`)
  await expect(200, user, "POST", `/campaigns/${id}/start`)
  await refuse("illegal_transition", user, "POST", `/campaigns/${id}/start`)
  await expect(200, user, "POST", `/campaigns/${id}/pause`)
  await expect(200, user, "POST", `/campaigns/${id}/resume`)
  await spell(world, id, 0, 26)
  assert.strictEqual((await expect(200, user, "GET", `/campaigns/${id}/generated-domains?limit=5`)).items.length, 5)
  assert.strictEqual((await expect(200, user, "GET", `/campaigns/${id}/outcome`)).names, "26")
  await expect(200, user, "GET", `/campaigns/${id}/names/aanvil.com/explanation`)
  await expect(200, user, "GET", `/campaigns/${id}/jobs`)
  await expect(200, user, "GET", `/campaigns/${dns.id}/dns-results?status=Resolved`)
  await expect(200, user, "GET", `/campaigns/${dns.id}/http-results`)
  await expect(200, user, "GET", `/campaigns/${id}/export.csv`)
  await expect(200, user, "GET", `/campaigns/${id}/export.ndjson`)
  await expect(200, user, "GET", `/campaigns/${id}/events`)
  await expect(200, user, "POST", `/campaigns/${id}/cancel`)
  await refuse("illegal_transition", user, "POST", `/campaigns/${id}/cancel`)
  await expect(200, user, "POST", `/campaigns/${id}/archive`)
  await refuse("campaign_unchangeable", user, "PATCH", `/campaigns/${id}`, { name: "too late" })
  await refuse("forbidden", user, "DELETE", `/campaigns/${id}`)
  await expect(204, admin, "DELETE", `/campaigns/${id}`)

  const about = [
    ["GET", ""],
    ["GET", "/params"],
    ["GET", "/fed-by"],
    ["GET", "/generated-domains"],
    ["GET", "/dns-results"],
    ["GET", "/http-results"],
    ["GET", "/export.csv"],
    ["GET", "/export.ndjson"],
    ["GET", "/events"],
    ["GET", "/outcome"],
    ["GET", "/names/aanvil.com/explanation"],
    ["GET", "/jobs"],
    ["POST", "/start"],
    ["POST", "/cancel"]
  ] as const
  for (const [method, path] of about) await refuse("campaign_not_found", user, method, `/campaigns/${id}${path}`)
})

it("keeps personas, keyword sets and proxies", async () => {
  const kept = [
    {
      path: "/personas",
      one: { name: "browser", personaType: "http", configDetails: { userAgent: "x" } },
      wrong: { name: "b", personaType: "http", configDetails: { requestTimeoutSeconds: -1 } },
      codes: ["persona_name_taken", "invalid_persona", "persona_not_found"]
    },
    {
      path: "/keyword-sets",
      one: { name: "words", rules: [{ pattern: "buy", ruleType: "string" }] },
      wrong: { name: "w", rules: [{ pattern: "", ruleType: "string" }] },
      codes: ["keyword_set_name_taken", "invalid_keyword_rules", "keyword_set_not_found"]
    },
    {
      path: "/proxies",
      one: { name: "proxy", address: "127.0.0.1:8080", protocol: "http", username: "u", password: "hunter2hunter2" },
      wrong: { name: "p", address: "nowhere", protocol: "http" },
      codes: ["proxy_taken", "invalid_proxy", "proxy_not_found"]
    }
  ] as const
  for (const { codes, one, path, wrong } of kept) {
    const [taken, invalid, missing] = codes
    const made = await expect(201, admin, "POST", path, one)
    assert.notInclude(JSON.stringify(made), "hunter2")
    await refuse(taken, admin, "POST", path, one)
    await refuse(invalid, admin, "POST", path, wrong)
    await refuse("forbidden", user, "POST", path, one)
    assert.isAtLeast((await expect(200, user, "GET", path)).items.length, 1)
    await refuse("invalid_cursor", user, "GET", `${path}?after=x`)
    assert.strictEqual((await expect(200, user, "GET", `${path}/${made.id}`)).name, one.name)
    await refuse(missing, user, "GET", `${path}/${nowhere}`)
    assert.strictEqual((await expect(200, admin, "PATCH", `${path}/${made.id}`, { name: "new" })).name, "new")
    await refuse(missing, admin, "PATCH", `${path}/${nowhere}`, { name: "new" })
    if (path === "/proxies") {
      const tested = await expect(200, admin, "POST", `${path}/${made.id}/test`)
      assert.deepInclude(tested, { isHealthy: true, lastStatus: "ok", latencyMs: 7 })
      await refuse(missing, admin, "POST", `${path}/${nowhere}/test`)
    }
    await expect(204, admin, "DELETE", `${path}/${made.id}`)
    await refuse(missing, admin, "DELETE", `${path}/${made.id}`)
  }
  const rules = [{ pattern: "b(u|o)y", ruleType: "regex" }]
  const { findings } = await expect(200, user, "POST", "/keyword-sets/try", { rules, text: "buy a boy" })
  assert.strictEqual(findings[0].count, 2)
  await refuse("invalid_keyword_rules", user, "POST", "/keyword-sets/try", {
    rules: [{ pattern: "(", ruleType: "regex" }],
    text: ""
  })
})

it("manages users and roles", async () => {
  const person = {
    email: "grace@example.org",
    password: "a rather long phrase",
    firstName: "Grace",
    lastName: "H",
    roles: ["user"]
  }
  const { id } = await expect(201, admin, "POST", "/users", person)
  await refuse("email_taken", admin, "POST", "/users", person)
  assert.isAtLeast((await expect(200, admin, "GET", "/users")).items.length, 3)
  await refuse("forbidden", user, "GET", "/users")
  await expect(200, admin, "GET", `/users/${id}`)
  assert.strictEqual((await expect(200, admin, "PATCH", `/users/${id}`, { firstName: "G" })).firstName, "G")
  assert.isTrue((await expect(200, admin, "POST", `/users/${id}/lock`, {})).isLocked)
  assert.isFalse((await expect(200, admin, "POST", `/users/${id}/unlock`)).isLocked)
  assert.isFalse((await expect(200, admin, "POST", `/users/${id}/deactivate`)).isActive)
  assert.isTrue((await expect(200, admin, "POST", `/users/${id}/activate`)).isActive)
  await expect(204, admin, "PUT", `/users/${id}/roles/viewer`, {})
  await refuse("role_not_found", admin, "PUT", `/users/${id}/roles/captain`, {})
  assert.strictEqual((await expect(200, admin, "GET", `/users/${id}/roles`)).length, 2)
  await expect(204, admin, "DELETE", `/users/${id}/roles/viewer`)
  await refuse("role_not_found", admin, "DELETE", `/users/${id}/roles/captain`)
  assert.include(JSON.stringify(await expect(200, admin, "GET", "/roles")), "super_admin")
  await refuse("forbidden", user, "GET", "/roles")
  await refuse("forbidden", user, "GET", `/users/${id}/roles`)
  await expect(204, admin, "DELETE", `/users/${id}`)
  const gone = [
    ["GET", "", undefined],
    ["PATCH", "", { firstName: "x" }],
    ["DELETE", "", undefined],
    ["POST", "/lock", {}],
    ["POST", "/unlock", undefined],
    ["POST", "/activate", undefined],
    ["POST", "/deactivate", undefined]
  ] as const
  for (const [method, path, body] of gone)
    await refuse("user_not_found", admin, method, `/users/${nowhere}${path}`, body)

  assert.isAbove((await expect(200, admin, "GET", "/audit/changes?entityType=user")).items.length, 3)
  assert.isAbove((await expect(200, admin, "GET", "/audit/accounts?eventType=login")).items.length, 0)
  await refuse("forbidden", user, "GET", "/audit/changes")
  await refuse("forbidden", user, "GET", "/audit/accounts")
  assert.include(await expect(200, admin, "GET", "/metrics"), "")
  await refuse("forbidden", user, "GET", "/metrics")
  for (const path of ["/health/live", "/health/ready"]) {
    await expect(200, world.browser("nobody"), "GET", path)
    await refuse("invalid_request", world.browser("nobody"), "GET", `${path}?x=1`)
  }
})

it("has seen every endpoint do what it is for, and refuse what it must", () => {
  const names = endpoints.map(({ name }) => name)
  assert.deepStrictEqual(
    names.filter((name) => !done.has(name)),
    [],
    "never seen to work"
  )
  assert.deepStrictEqual(
    names.filter((name) => !refused.has(name)),
    [],
    "never seen to refuse"
  )
})
