import { randomBytes } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** What an installation must keep to itself. */
export interface Keys {
  /** What a service would find in its environment, from its vault. */
  readonly variables: Readonly<Record<string, string>>
  /** Of the one account that is made at the first start. */
  readonly password: string
}

/** The keys of a folder, made at the first start. Only their owner can read the file. */
export const inFolder = (folder: string): Keys => {
  const file = join(folder, "dashboard.keys.json")
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8"))
  const key = () => randomBytes(32).toString("base64")
  const keys: Keys = {
    variables: {
      // Goes into every password's hash.
      DOMAINFLOW_PEPPERS: `2:${key()}`,
      // Seals the passwords of proxies.
      DOMAINFLOW_SECRET_KEYS: `demo:${key()}`,
      // Seals the trails.
      DOMAINFLOW_AUDIT_KEYS: `demo:${key()}`
    },
    password: randomBytes(15).toString("base64url")
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, JSON.stringify(keys), { mode: 0o600 })
  return keys
}
