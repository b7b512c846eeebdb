import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { StoreError } from "@domainflow/core/StoreError"
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as Mount from "../src/Mount.ts"
import { layer } from "./support/world.ts"

const away = Layer.effect(
  Campaigns,
  Effect.map(Campaigns, (campaigns) => ({
    ...campaigns,
    page: () =>
      Effect.fail(
        new StoreError({ operation: "Campaigns.page", retryable: true, cause: new Error("password=hunter2") })
      )
  }))
).pipe(Layer.provideMerge(layer))

const ask = async (ports: typeof layer, path: string) => {
  const mounted = Mount.web(ports)
  const response = await mounted.fetch(new Request(`http://host${path}`))
  const answer = { status: response.status, body: await response.text() }
  await mounted.stop()
  return answer
}

it("is alive whatever the store does", async () => {
  assert.deepStrictEqual(await ask(layer, "/health/live"), { status: 200, body: '{"status":"ok"}' })
  assert.strictEqual((await ask(away, "/health/live")).status, 200)
})

it("is ready only while the store answers, and does not say why in secrets", async () => {
  assert.strictEqual((await ask(layer, "/health/ready")).status, 200)
  const { body, status } = await ask(away, "/health/ready")
  assert.strictEqual(status, 503)
  assert.notInclude(body, "hunter2")
  assert.strictEqual(JSON.parse(body).code, "not_ready")
})

it("answers as a listener of node:http, under a prefix", async () => {
  const mounted = await Mount.node(layer, { prefix: "/api/v1" })
  const server = createServer(mounted.handler).listen(0, "127.0.0.1")
  await new Promise((resolve) => server.once("listening", resolve))
  const { port } = server.address() as AddressInfo
  const at = `http://127.0.0.1:${port}`
  assert.strictEqual((await fetch(`${at}/api/v1/health/ready`)).status, 200)
  assert.strictEqual((await fetch(`${at}/health/ready`)).status, 404)
  const document = (await (await fetch(`${at}/api/v1/openapi.json`)).json()) as { openapi: string; servers: unknown }
  assert.strictEqual(document.openapi, "3.1.0")
  assert.deepStrictEqual(document.servers, [{ url: "/api/v1" }])
  const page = await (await fetch(`${at}/api/v1/docs`)).text()
  assert.include(page, "createApiReference")
  assert.notMatch(page, /<(script|link)[^>]+(src|href)="https?:/)
  await new Promise((resolve) => server.close(resolve))
  await mounted.stop()
})
