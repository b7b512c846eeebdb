import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Mount } from "@domainflow/http-adapter"
import { build } from "tsup"
import { assert, describe, it } from "vitest"
import { open, password } from "../../packages/http-adapter/test/support/world.ts"
import { hasNoBrowser, launch } from "./support/browser.ts"

const page = '<!doctype html><title>page</title><script type="module" src="/page.js"></script>'

/** A script for browsers, with everything it needs: this fails where the client needs anything of Node's. */
const bundled = async (outDir: string) => {
  await build({
    config: false,
    entry: [fileURLToPath(new URL("./client/page.ts", import.meta.url))],
    format: "esm",
    platform: "browser",
    target: "es2022",
    outDir,
    noExternal: [/.*/],
    minify: true,
    silent: true,
    dts: false,
    tsconfig: fileURLToPath(new URL("../../tsconfig.tests.json", import.meta.url)),
    esbuildOptions: (options) => {
      options.conditions = ["@domainflow/source"]
    }
  })
}

describe.skipIf(hasNoBrowser)("the client in a browser", () => {
  it("logs in, makes a campaign, hears of it and lists it", { timeout: 120_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "domainflow-client-"))
    await bundled(folder)
    const world = await open()
    const someone = await world.person("user")
    const api = await Mount.node(world.ports, { prefix: "/api" })
    const server = createServer((request, response) => {
      if (request.url?.startsWith("/api/")) return api.handler(request, response)
      const script = /^\/([\w-]+\.js)$/.exec(request.url ?? "")?.[1]
      response.setHeader("content-type", script === undefined ? "text/html" : "text/javascript")
      response.end(script === undefined ? page : readFileSync(join(folder, script)))
    }).listen(0, "127.0.0.1")
    await new Promise((resolve) => server.once("listening", resolve))
    const at = `http://localhost:${(server.address() as AddressInfo).port}`

    const browser = await launch()
    try {
      const tab = await browser.newPage()
      const mistakes: Array<string> = []
      tab.on("pageerror", ({ message }) => mistakes.push(message))
      await tab.goto(at)
      await tab.waitForFunction("typeof run === 'function'")
      const saw = await tab.evaluate(
        `run(${JSON.stringify(`${at}/api`)}, ${JSON.stringify(someone.email)}, ${JSON.stringify(password)})`
      )
      assert.deepStrictEqual(saw, {
        refused: "InvalidCredentials",
        roles: ["user"],
        event: "progress",
        campaigns: ["made in a browser: 676"]
      })
      assert.deepStrictEqual(mistakes, [])
      const cookies = await tab.context().cookies()
      const session = cookies.find(({ name }) => name === "__Host-domainflow-session")
      assert.deepInclude(session, { httpOnly: true, secure: true, sameSite: "Lax", path: "/" })
      assert.notInclude(String(await tab.evaluate("document.cookie")), "__Host-")
    } finally {
      await browser.close()
      server.close()
      await api.stop()
      await world.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
