import type { Update } from "@domainflow/core/campaign/Update"
import { Schema } from "effect"
import { Progress } from "./EventsApi.ts"

/** A change as it goes over the wire, once for however many watch. */
export interface Encoded {
  readonly seq: bigint
  readonly bytes: Uint8Array
}

export const encode = (update: Update): Encoded => {
  const { data, event, id } = progress({ event: "progress", id: `${update.seq}`, data: update })
  return { seq: update.seq, bytes: utf8.encode(`event: ${event}\nid: ${id}\ndata: ${data}\n\n`) }
}

/** Those after the cursor, all of them where it is null. */
export const joined = (changes: ReadonlyArray<Encoded>, cursor: bigint | null): Uint8Array => {
  const wanted = cursor === null ? changes : changes.filter(({ seq }) => seq > cursor)
  if (wanted.length === 1) return wanted[0]!.bytes
  const all = new Uint8Array(wanted.reduce((length, { bytes }) => length + bytes.length, 0))
  let at = 0
  for (const { bytes } of wanted) {
    all.set(bytes, at)
    at += bytes.length
  }
  return all
}

const utf8 = new TextEncoder()
const progress = Schema.encodeSync(Progress)
const signal = (event: "ping" | "reconnect" | "end") => utf8.encode(`event: ${event}\ndata: {}\n\n`)

export const signals = { ping: signal("ping"), reconnect: signal("reconnect"), end: signal("end") }
