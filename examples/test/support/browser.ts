import { existsSync } from "node:fs"
import { type Browser, chromium } from "playwright-core"

/** Debian's; another one where CHROMIUM says so. */
const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium"

/** Whether pages cannot be looked at here. The gate (CI) has to have a browser: there its tests fail without one. */
export const hasNoBrowser = !existsSync(executablePath) && process.env["CI"] === undefined

export const launch = (): Promise<Browser> => chromium.launch({ executablePath, args: ["--no-sandbox"] })
