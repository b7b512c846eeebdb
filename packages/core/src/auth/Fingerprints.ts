import { Effect } from "effect"
import type { Client } from "./Client.ts"
import { sha256 } from "./Token.ts"

/** The hashes that a trigger of the table makes. A session fingerprint needs an address and a user agent; without, there is none. */
export const fingerprints = Effect.fnUntraced(function* ({ ip, screenResolution, userAgent }: Client) {
  const screen = screenResolution ?? ""
  return {
    userAgentHash: userAgent === null ? null : yield* sha256(userAgent),
    sessionFingerprint: ip === null || userAgent === null ? null : yield* sha256(`${ip}|${userAgent}|${screen}`),
    browserFingerprint: userAgent === null ? null : yield* sha256(`${userAgent}|${screen}`)
  }
})
