import * as KeyRing from "@domainflow/core/KeyRing"
import { SecretBox } from "@domainflow/core/SecretBox"
import * as TestRegex from "@domainflow/core/testing/TestRegex"
import { Layer, Redacted } from "effect"
import * as Db from "../../src/Db.ts"
import * as Database from "./Database.ts"

const ring = KeyRing.make([{ id: "test", bytes: Redacted.make(new Uint8Array(32).fill(7)) }])

/** Every port on the client of the context. */
export const layerClient = Db.layer.pipe(Layer.provide([TestRegex.layer, SecretBox.layer(ring)]))

/** Every port, and the client under them, on a migrated database of one's own. */
export const layer = layerClient.pipe(Layer.provideMerge(Database.layer))
