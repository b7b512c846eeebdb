/** Starts the Next.js host that was built in the working directory, and asks it what any host of ours must answer. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { createServer } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"

const probe = createServer().listen(0, "127.0.0.1")
await once(probe, "listening")
const address = probe.address()
assert(typeof address === "object" && address !== null)
await new Promise((done) => probe.close(done))

// `next start` is production, where a host brings keys of its own.
const key = randomBytes(32).toString("base64")
const next = spawn(process.execPath, ["node_modules/next/dist/bin/next", "start", "-p", String(address.port)], {
  env: { ...process.env, DOMAINFLOW_PEPPERS: `2:${key}`, DOMAINFLOW_AUDIT_KEYS: `2026:${key}` },
  stdio: "inherit"
})
const ask = (path: string, init: RequestInit = {}) => fetch(`http://127.0.0.1:${address.port}${path}`, init)
try {
  let page = await ask("/").catch(() => undefined)
  for (let tries = 0; page === undefined && tries < 100; tries++) {
    await sleep(200)
    page = await ask("/").catch(() => undefined)
  }
  assert.match((await page?.text()) ?? "", /A host/, "the host's own page")

  const ready = await ask("/api/health/ready")
  assert.equal(ready.status, 200)
  assert.deepEqual(await ready.json(), { status: "ok" })

  const stranger = await ask("/api/campaigns/")
  assert.equal(stranger.status, 401)
  assert.equal(stranger.headers.get("content-type"), "application/problem+json")

  const login = await ask("/api/auth/login", {
    method: "POST",
    headers: { "content-type": "application/json", "sec-fetch-site": "same-origin" },
    body: JSON.stringify({ email: "nobody@example.org", password: "nine green bottles" })
  })
  const refused = (await login.json()) as { readonly code?: string }
  assert.deepEqual([login.status, refused.code], [401, "invalid_credentials"])

  const { openapi } = (await (await ask("/api/openapi.json")).json()) as { readonly openapi?: string }
  assert.match(openapi ?? "", /^3\.1/)
  console.log("Next.js serves the API beside its own page")
} finally {
  next.kill()
  await once(next, "exit")
}
