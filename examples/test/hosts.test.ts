import { type ChildProcess, spawn } from "node:child_process"
import { createServer } from "node:net"
import { Effect, Exit, Redacted, Scope } from "effect"
import { afterAll, assert, beforeAll, describe, it, onTestFinished, vi } from "vitest"
import { fresh } from "../../packages/db/test/support/Database.ts"

const scope = Scope.makeUnsafe()
let databaseUrl = ""
beforeAll(async () => {
  databaseUrl = Redacted.value(await Effect.runPromise(Scope.provide(fresh("migrated"), scope)))
}, 60_000)
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

const freePort = () =>
  new Promise<number>((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      probe.close(() => resolve(port))
    })
  })

/** A host in a process of its own, once it listens. */
const start = async (name: string, env: Record<string, string> = {}) => {
  const port = await freePort()
  const child = spawn(
    process.execPath,
    ["--conditions=@domainflow/source", new URL(`../hosts/${name}.ts`, import.meta.url).pathname],
    {
      env: { ...process.env, PORT: String(port), DATABASE_URL: databaseUrl, ...env },
      stdio: ["ignore", "pipe", "pipe"]
    }
  )
  let output = ""
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (text) => {
        output += text
        if (output.includes("listening")) resolve()
      })
    }
    child.once("exit", (code) => reject(new Error(`${name} ended with ${code}: ${output}`)))
  })
  return { child, at: `http://127.0.0.1:${port}` }
}

const ended = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once("exit", resolve))

describe.each(["node-http", "express", "fastify", "hono"])("%s", (name) => {
  it("serves its own page and the API beside it, and stops when told to", { timeout: 60_000 }, async () => {
    const { at, child } = await start(name)
    assert.strictEqual(await (await fetch(at)).text(), "This page is mine.")
    assert.strictEqual((await fetch(`${at}/api/health/ready`)).status, 200)
    const login = await fetch(`${at}/api/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json", "sec-fetch-site": "same-origin" },
      body: JSON.stringify({ email: "nobody@example.org", password: "no such password" })
    })
    assert.strictEqual(login.status, 401)
    assert.strictEqual(login.headers.get("content-type"), "application/problem+json")
    assert.strictEqual(((await login.json()) as { code: string }).code, "invalid_credentials")
    assert.strictEqual(((await (await fetch(`${at}/api/nowhere`)).json()) as { code: string }).code, "unknown_route")
    const end = ended(child)
    child.kill("SIGTERM")
    assert.strictEqual(await end, 0)
  })
})

it("does not start in production on keys that anybody can read", { timeout: 60_000 }, async () => {
  const failure: unknown = await start("node-http", { NODE_ENV: "production" }).catch((error: unknown) => error)
  assert.match(String(failure), /ended with 1: [\s\S]*DOMAINFLOW_PEPPERS/)
})

it("is a route handler of Next.js", { timeout: 60_000 }, async () => {
  vi.stubEnv("DATABASE_URL", databaseUrl)
  onTestFinished(() => void vi.unstubAllEnvs())
  const route = await import("../hosts/next.ts")
  const answer = await route.GET(new Request("http://host/api/health/ready"))
  assert.deepStrictEqual(await answer.json(), { status: "ok" })
  assert.strictEqual((await route.POST(new Request("http://host/api/me/logout", { method: "POST" }))).status, 401)
})
