import { Schema } from "effect"

/**
 * SHA-256 in hex of a secret that a browser keeps after a login. Whoever shows it is the owner's known device: strangers'
 * failures do not lock it out, and its own failures count for it alone.
 */
export const DeviceId = Schema.String.check(Schema.isPattern(/^[0-9a-f]{64}$/)).pipe(Schema.brand("DeviceId"))
export type DeviceId = typeof DeviceId.Type
