import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Exit, Scope } from "effect"
import type { Browser, Page } from "playwright-core"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { serve } from "../dashboard/serve.ts"
import { hasNoBrowser, launch } from "./support/browser.ts"

const folder = mkdtempSync(join(tmpdir(), "domainflow-dashboard-"))
const scope = Scope.makeUnsafe()
let dashboard: Effect.Success<ReturnType<typeof serve>>
let browser: Browser
const mistakes: Array<string> = []

/** Pictures for whoever wants to look, where SCREENSHOTS names a folder. */
const picture = async (page: Page, name: string) => {
  const into = process.env["SCREENSHOTS"]
  if (into === undefined) return
  mkdirSync(into, { recursive: true })
  await page.screenshot({ path: join(into, `${name}.png`), fullPage: true })
}

const tab = async (options: Parameters<Browser["newContext"]>[0] = {}) => {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  page.on("pageerror", ({ message }) => mistakes.push(message))
  await page.goto(dashboard.url)
  return page
}

const logIn = async (page: Page) => {
  await page.getByLabel("E-mail").fill(dashboard.email)
  await page.getByLabel("Password").fill(dashboard.password)
  await page.keyboard.press("Enter")
  await page.getByRole("heading", { name: "Pipelines" }).waitFor()
}

/** Makes a pipeline by the form and waits on its page. */
const create = async (page: Page, name: string, names: number) => {
  await page.getByRole("link", { name: "New pipeline" }).click()
  await page.getByLabel("Name", { exact: true }).fill(name)
  await page.getByRole("textbox", { name: "Word" }).fill(name.replaceAll(/[^a-z]/g, ""))
  await page.getByLabel("Names at most").fill(String(names))
  await page.getByRole("button", { name: "Create and start" }).click()
  await page.getByRole("heading", { name }).waitFor()
}

const done = (page: Page, stage: string) => page.getByRole("article", { name: stage }).locator(".figure").textContent()

describe.skipIf(hasNoBrowser)("dashboard", { timeout: 120_000 }, () => {
  beforeAll(async () => {
    dashboard = await Effect.runPromise(Scope.provide(serve({ port: 0, folder }), scope))
    browser = await launch()
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await Effect.runPromise(Scope.close(scope, Exit.void))
    rmSync(folder, { recursive: true, force: true })
  })

  it("lets nobody in with a wrong password, and says so", async () => {
    const page = await tab()
    await page.getByLabel("E-mail").fill(dashboard.email)
    await page.getByLabel("Password").fill("not the password")
    await page.keyboard.press("Enter")
    await page.getByRole("alert").getByText("e-mail or password is wrong").waitFor()
    await page.context().close()
  })

  it("shows the first names and the exact count while the form is filled in, and what is wrong", async () => {
    const page = await tab()
    await logIn(page)
    await page.getByRole("link", { name: "New pipeline" }).click()
    await page.locator("#size").getByText("17,576", { exact: true }).waitFor()
    await page.getByLabel("How many letters").fill("12")
    await page.locator("#size").getByText("95,428,956,661,682,176", { exact: true }).waitFor()
    await page.getByText("aaaaaaaaaaaaacme.com").waitFor()
    await page.getByRole("textbox", { name: "Word" }).fill("not a word!")
    await page.getByText("Word: only a-z, 0-9 and -").waitFor()
    assert.strictEqual(await page.getByRole("textbox", { name: "Word" }).getAttribute("aria-invalid"), "true")
    assert.isTrue(await page.getByRole("button", { name: "Create and start" }).isDisabled())
    await picture(page, "form")
    await page.context().close()
  })

  it("runs a pipeline to its findings in two tabs at once, one of them cut off on the way", async () => {
    const page = await tab()
    await logIn(page)
    await create(page, "two tabs", 600)
    const second = await page.context().newPage()
    await second.goto(page.url())
    await second.getByRole("heading", { name: "two tabs" }).waitFor()

    await second.context().setOffline(true)
    await page.waitForTimeout(1_500)
    await second.context().setOffline(false)

    for (const each of [page, second]) {
      await each.getByRole("article", { name: "Fetch and read" }).getByText("completed").waitFor({ timeout: 90_000 })
      assert.strictEqual(await done(each, "Spell"), "600")
      assert.strictEqual(await done(each, "Resolve"), "600")
    }
    assert.strictEqual(await done(page, "Fetch and read"), await done(second, "Fetch and read"))
    await page.locator("mark").first().waitFor()
    assert.strictEqual(await second.locator("#link").textContent(), "")
    await picture(page, "findings")

    const before = await page.locator(".findings li:visible").count()
    await page.getByLabel("Filter").fill("no page says this")
    assert.strictEqual(await page.locator(".findings li:visible").count(), 0)
    await page.getByLabel("Filter").fill("")
    assert.strictEqual(await page.locator(".findings li:visible").count(), before)

    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Export CSV" }).click()
    ])
    assert.match(download.suggestedFilename(), /\.csv$/)
    await page.context().close()
  })

  it("pauses and goes on, on a phone in the dark", async () => {
    const page = await tab({ viewport: { width: 390, height: 844 }, colorScheme: "dark", hasTouch: true })
    await logIn(page)
    await create(page, "on a phone", 17_000)
    await page.getByRole("article", { name: "Resolve" }).getByText("running").waitFor()
    await page.getByRole("button", { name: "Pause" }).click()
    await page.getByRole("button", { name: "Resume" }).waitFor()
    await page.getByRole("article", { name: "Resolve" }).getByText("paused").waitFor()
    // What was under way when the button was pressed is kept; then everything stands still.
    let stood = ""
    for (let looks = 0; stood !== (await done(page, "Resolve")); looks++) {
      assert.isBelow(looks, 10, "it goes on while it is paused")
      stood = (await done(page, "Resolve")) ?? ""
      await page.waitForTimeout(1_500)
    }
    assert.notStrictEqual(stood, "17,000")
    await picture(page, "phone")
    const wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert.isFalse(wide, "nothing is wider than the phone")
    await page.getByRole("button", { name: "Resume" }).click()
    await page.getByRole("button", { name: "Pause" }).waitFor()
    await page.getByRole("button", { name: "Cancel", exact: true }).click()
    await page.getByRole("button", { name: "Keep it running" }).click()
    await page.getByRole("button", { name: "Pause" }).waitFor()
    await page.getByRole("button", { name: "Cancel", exact: true }).click()
    await page.getByRole("button", { name: "Cancel pipeline" }).click()
    await page.getByRole("article", { name: "Fetch and read" }).getByText("cancelled").waitFor()
    await page.getByRole("button", { name: "Log out" }).click()
    await page.getByRole("heading", { name: "Log in" }).waitFor()
    await page.context().close()
  })

  it("tries a proxy when asked to", async () => {
    const page = await tab()
    await logIn(page)
    const tried = (await page.evaluate(`(async () => {
      const body = JSON.stringify({ name: "nobody there", address: "127.0.0.1:1", protocol: "http" })
      const headers = { "content-type": "application/json" }
      const { id } = await (await fetch("/api/proxies", { method: "POST", headers, body })).json()
      return (await fetch("/api/proxies/" + id + "/test", { method: "POST" })).json()
    })()`)) as { readonly isHealthy: boolean; readonly lastStatus: string }
    assert.isFalse(tried.isHealthy)
    assert.match(tried.lastStatus, /refused/)
    await page.context().close()
  })

  it("made no mistake in any of this", () => assert.deepStrictEqual(mistakes, []))
})
