import { randomBytes } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** What an installation must keep to itself: a service would take these from its vault. */
export interface Keys {
  /** Goes into every password's hash, as `version:base64`. */
  readonly pepper: string
  /** Seals the passwords of proxies, as `id:base64`. */
  readonly secrets: string
  /** Seals the trails, as `id:base64`. */
  readonly audit: string
  /** Of the one account that is made at the first start. */
  readonly password: string
}

/** The keys of a folder; those that are not there yet are made. Only their owner can read the file. */
export const inFolder = (folder: string): Keys => {
  const file = join(folder, "dashboard.keys.json")
  const kept: Partial<Keys> = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {}
  const keys = { ...fresh(), ...kept }
  if (Object.keys(kept).length < Object.keys(keys).length) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, JSON.stringify(keys), { mode: 0o600 })
  }
  return keys
}

const fresh = (): Keys => ({
  pepper: `2:${randomBytes(32).toString("base64")}`,
  secrets: `demo:${randomBytes(32).toString("base64")}`,
  audit: `demo:${randomBytes(32).toString("base64")}`,
  password: randomBytes(15).toString("base64url")
})
