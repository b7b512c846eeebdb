import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { StoreError } from "@domainflow/core/StoreError"
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as Mount from "../src/Mount.ts"

const stores = (page: Campaigns["Service"]["page"]) => Layer.mock(Campaigns, { page })
const present = stores(() => Effect.succeed({ items: [], next: null }))
const away = stores(() =>
  Effect.fail(new StoreError({ operation: "Campaigns.page", retryable: true, cause: new Error("password=hunter2") }))
)

const ask = async (layer: Mount.Stores, path: string) => {
  const mounted = Mount.web(layer)
  const response = await mounted.fetch(new Request(`http://host${path}`))
  const answer = { status: response.status, body: await response.text() }
  await mounted.dispose()
  return answer
}

it("is alive whatever the store does", async () => {
  assert.deepStrictEqual(await ask(present, "/health/live"), { status: 200, body: '{"status":"ok"}' })
  assert.strictEqual((await ask(away, "/health/live")).status, 200)
})

it("is ready only while the store answers, and does not say why in secrets", async () => {
  assert.strictEqual((await ask(present, "/health/ready")).status, 200)
  const answer = await ask(away, "/health/ready")
  assert.strictEqual(answer.status, 503)
  assert.notInclude(answer.body, "hunter2")
})

it("answers as a listener of node:http", async () => {
  const mounted = await Mount.node(present)
  const server = createServer(mounted.handler).listen(0, "127.0.0.1")
  await new Promise((resolve) => server.once("listening", resolve))
  const { port } = server.address() as AddressInfo
  assert.strictEqual((await fetch(`http://127.0.0.1:${port}/health/ready`)).status, 200)
  await new Promise((resolve) => server.close(resolve))
  await mounted.dispose()
})
