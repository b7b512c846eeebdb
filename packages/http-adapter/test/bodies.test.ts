import { assert, it } from "@effect/vitest"
import { afterAll, beforeAll } from "vitest"
import { excess } from "../src/Body.ts"
import { type Answer, type Browser, open } from "./support/world.ts"

let world: Awaited<ReturnType<typeof open>>
let admin: Browser
beforeAll(async () => {
  world = await open()
  admin = await world.loggedIn("super_admin")
})
afterAll(() => world.close())

const keys = (count: number) => `{${Array.from({ length: count }, (_, i) => `"${i}":1`).join(",")}}`
const list = (count: number) => `[${Array(count).fill("1").join(",")}]`
const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`

it("counts keys, entries and levels, each where it is", () => {
  assert.isNull(excess(keys(1_000)))
  assert.match(excess(keys(1_001)) ?? "", /keys/)
  assert.isNull(excess(list(10_000)))
  assert.match(excess(list(10_001)) ?? "", /entries/)
  assert.isNull(excess(nested(64)))
  assert.match(excess(nested(65)) ?? "", /levels/)
  // Beside one another they are not in one another.
  assert.isNull(excess(`[${Array(5_000).fill(nested(60)).join(",")}]`))
  assert.isNull(excess(`[${Array(5).fill(keys(900)).join(",")}]`))
  // Behind what has been closed the count goes on where it was.
  assert.match(excess(`{"a":${list(9_000)},${keys(1_000).slice(1)}`) ?? "", /keys/)
})

it("takes what stands in a text for text", () => {
  const texts = ["[".repeat(1_000), ",".repeat(20_000), '"', "\\", '\\"[', '"'.repeat(999), "\\".repeat(999), '{"a":[']
  for (const text of texts) assert.isNull(excess(JSON.stringify({ [text]: [text, text] })), text.slice(0, 10))
  for (const text of texts)
    assert.match(excess(`[${JSON.stringify(text)},${nested(64)}]`) ?? "", /levels/, text.slice(0, 10))
})

it("comes to an end with what is no JSON", () => {
  for (const text of ["", "]", "}}}", ",,,", '"', '"\\', "[}", '{"a', "nonsense"]) assert.isNull(excess(text), text)
})

/** The least of three times, so that what the machine does besides counts for nothing. */
const timed = async (ask: () => Promise<Answer>) => {
  let best = Number.POSITIVE_INFINITY
  let answer = await ask()
  for (let i = 0; i < 3; i++) {
    const start = performance.now()
    answer = await ask()
    best = Math.min(best, performance.now() - start)
  }
  return { answer, best }
}

it("holds nobody up with bodies that are wide or deep: they are refused as fast as long ones are read", async () => {
  const persona = (configDetails: string) => `{"name":"a","personaType":"dns","configDetails":${configDetails}}`
  const rules = (rules: string) => `{"rules":${rules},"text":"a"}`
  const long = await timed(() => admin.ask("POST", "/personas", persona(JSON.stringify("x".repeat(900_000)))))
  assert.isBelow(long.answer.status, 500)
  const hostile = [
    ["/personas", keys(75_000)],
    ["/personas", persona(nested(6_000))],
    ["/personas", persona(keys(75_000))],
    ["/keyword-sets/try", rules(nested(400_000))],
    ["/users", `{"email":"a@b.example","roles":${list(400_000)}}`]
  ] as const
  for (const [path, body] of hostile) {
    const { answer, best } = await timed(() => admin.ask("POST", path, body))
    assert.deepStrictEqual(
      [answer.status, answer.body.code, answer.body.errors[0].path],
      [400, "invalid_request", "body"]
    )
    assert.isBelow(best, 10 * long.best, `${path} ${body.slice(0, 60)}`)
  }
  assert.strictEqual((await admin.ask("GET", "/personas")).status, 200)
})

it("reads no more of a stranger than an address and a few secrets take", async () => {
  const stranger = world.browser("stranger")
  for (const [who, path] of [
    [stranger, "/auth/login"],
    [stranger, "/auth/password-reset"],
    [admin, "/me/password"]
  ] as const) {
    const { body, status } = await who.ask("POST", path, keys(75_000))
    assert.deepStrictEqual([status, body.code, body.maxBytes], [413, "body_too_large", 16_000], path)
  }
  // The longest that is accepted, however it is spelled.
  const secret = "\\u00e9".repeat(4 * 256)
  const longest = `{"email":"a@b.example","password":"${secret}","secondFactor":"${secret}"}`
  assert.strictEqual((await stranger.ask("POST", "/auth/login", longest)).body.code, "invalid_credentials")
})
