import type { Permission } from "@domainflow/core/auth/Permission"
import { rights, type SystemRole } from "@domainflow/core/auth/Role"
import { assert, it } from "@effect/vitest"
import { Context } from "effect"
import { type HttpApiEndpoint, type HttpApiGroup, OpenApi } from "effect/http-api"
import { Api } from "../src/Api.ts"
import { type Need, Needs } from "../src/session/Needs.ts"
import { type Browser, open } from "./support/world.ts"

/** Requests of one run; FUZZ asks for more, FUZZ_SEED for the same ones again. */
const requests = Number(process.env["FUZZ"] ?? 3_000)
const seed = Number(process.env["FUZZ_SEED"] ?? Date.now() % 2 ** 31)

// The types of the groups are too many to compare; what every group has is enough here.
const groups = Object.values(Api.groups) as ReadonlyArray<unknown> as ReadonlyArray<HttpApiGroup.Top>
const needs = new Map<string, Need>()
for (const group of groups) {
  for (const endpoint of Object.values(group.endpoints as Record<string, HttpApiEndpoint.Top>)) {
    const path = endpoint.path.replaceAll(/:(\w+)/g, "{$1}")
    needs.set(`${endpoint.method} ${path}`, Context.getUnsafe(endpoint.annotations, Needs))
  }
}

interface Shape {
  readonly $ref?: string
  readonly type?: string
  readonly enum?: ReadonlyArray<unknown>
  readonly anyOf?: ReadonlyArray<Shape>
  readonly properties?: Record<string, Shape>
  readonly required?: ReadonlyArray<string>
  readonly items?: Shape
  readonly pattern?: string
  readonly allOf?: ReadonlyArray<Shape>
}

/** What the documents of strangers hold. */
const nasty = [
  "",
  "\0",
  "\ud800",
  "'; drop table campaigns; --",
  "<script>",
  "../../etc/passwd",
  "İ",
  "x".repeat(5_000),
  "-1",
  "1e999",
  "NaN",
  "__proto__"
]
const words: ReadonlyArray<unknown> = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  1e308,
  [],
  {},
  [[]],
  { __proto__: null },
  ...nasty
]

const document = OpenApi.fromApi(Api) as unknown as {
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { readonly schemas: Record<string, Shape> }
}
interface Operation {
  readonly parameters?: ReadonlyArray<{ readonly name: string; readonly in: string; readonly schema: Shape }>
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Shape }> }
}
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation }))
)

const generator = (start: number) => {
  // xorshift: small, seedable, good enough to wander.
  let state = start | 1
  const next = () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
  return { next, pick: <A>(from: ReadonlyArray<A>): A => from[Math.floor(next() * from.length)]! }
}

it(`${requests} requests out of the API's own description break nothing and open nothing (seed ${seed})`, {
  timeout: Math.max(120_000, requests * 20)
}, async () => {
  const world = await open()
  const { next, pick } = generator(seed)
  const ids: Array<string> = ["00000000-0000-4000-8000-000000000000"]

  const value = (shape: Shape, depth = 0): unknown => {
    if (next() < 0.08 || depth > 6) return pick(words)
    if (shape.$ref !== undefined) return value(document.components.schemas[shape.$ref.split("/").at(-1)!]!, depth + 1)
    if (shape.enum !== undefined) return pick(shape.enum)
    if (shape.anyOf !== undefined) return value(pick(shape.anyOf), depth + 1)
    switch (shape.type) {
      case "object": {
        const fields = Object.entries(shape.properties ?? {}).flatMap(([name, field]) =>
          shape.required?.includes(name) && next() < 0.97
            ? [[name, value(field, depth + 1)]]
            : next() < 0.4
              ? [[name, value(field, depth + 1)]]
              : []
        )
        return Object.fromEntries(next() < 0.05 ? [...fields, [pick(nasty), 1]] : fields)
      }
      case "array":
        return Array.from({ length: Math.floor(next() * 3) }, () => value(shape.items ?? {}, depth + 1))
      case "integer":
      case "number":
        return pick([0, 1, 2, 3, 50, 1_000, -1, 2_147_483_648])
      case "boolean":
        return next() < 0.5
      case "null":
        return null
      case "string":
        return pick([
          pick(ids),
          "letters",
          "acme",
          "com",
          "prefix",
          "a@b.example",
          "nine green bottles",
          "127.0.0.1:8080",
          "7",
          pick(nasty)
        ])
      default:
        return pick(words)
    }
  }
  const text = (shape: Shape): string => {
    const made = value(shape)
    return typeof made === "string" ? made.toWellFormed() : String(JSON.stringify(made))
  }

  const people = new Map<string, Browser>([["nobody", world.browser("nobody")]])
  const roles: ReadonlyArray<SystemRole | "nobody"> = ["nobody", "viewer", "user", "admin", "super_admin"]
  const browserOf = async (role: SystemRole | "nobody") => {
    const known = people.get(role)
    if (known !== undefined) return known
    if (role === "nobody") return people.get("nobody")!
    const someone = await world.loggedIn(role)
    people.set(role, someone)
    return someone
  }
  const allows = (role: SystemRole | "nobody", need: Need): boolean =>
    need === "nothing" ||
    (role !== "nobody" &&
      (need === "session" || rights[role].includes(need === "operator" ? "system:admin" : (need satisfies Permission))))

  const seen = new Map<number, number>()
  for (let i = 0; i < requests; i++) {
    const { method, operation, path } = pick(operations)
    const role = pick(roles)
    let url = path
    const query = new URLSearchParams()
    for (const parameter of operation.parameters ?? []) {
      if (parameter.in === "path")
        url = url.replace(`{${parameter.name}}`, encodeURIComponent(next() < 0.7 ? pick(ids) : text(parameter.schema)))
      else if (parameter.in === "query" && next() < 0.4) query.append(parameter.name, text(parameter.schema))
    }
    if (next() < 0.05) query.append(pick(["x", "limit", "after"]), pick(nasty).toWellFormed())
    const schema = Object.values(operation.requestBody?.content ?? {})[0]?.schema
    const body = schema === undefined ? undefined : next() < 0.03 ? pick(["{", "[]", "null", "", "\0"]) : value(schema)
    const asker = await browserOf(role)
    const answer = await asker.ask(method, `${url}${query.size === 0 ? "" : `?${query}`}`, body)

    const told = `${role} ${method} ${url}?${query} ${JSON.stringify(body)?.slice(0, 500)}: ${answer.status} ${JSON.stringify(answer.body)?.slice(0, 300)}`
    assert.notInclude([500, 503], answer.status, told)
    assert.isBelow(answer.status, 502, told)
    if (answer.status >= 400) assert.isString(answer.body.code, told)
    const need = needs.get(`${method} ${path}`)
    assert.isDefined(need, `${method} ${path}`)
    if (answer.status < 300) assert.isTrue(allows(role, need!), told)
    seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1)

    const id: unknown = answer.body?.id ?? answer.body?.items?.[0]?.id
    if (typeof id === "string" && ids.length < 200) ids.push(id)
    // Logged out, or worse, by a request of this very run.
    if (
      role !== "nobody" &&
      (answer.status === 401 || answer.body?.code === "password_change_due" || path.startsWith("/me/"))
    )
      people.delete(role)
  }
  assert.isAbove(seen.get(200) ?? 0, requests / 50, `some requests are understood: ${JSON.stringify([...seen])}`)
  await world.close()
})
