// Schemas as code that is made for each of them, once: about a tenth off every request. The host decides, for its whole process.
import "effect/schema/SchemaJITCompiler/enable"
import { Auth } from "@domainflow/core/auth/Auth"
import { Courier } from "@domainflow/core/auth/Courier"
import * as KeyRing from "@domainflow/core/KeyRing"
import { SecretBox } from "@domainflow/core/SecretBox"
import * as Accounts from "@domainflow/db/auth/Accounts"
import * as Bcrypt from "@domainflow/db/auth/Bcrypt"
import * as Db from "@domainflow/db/Db"
import * as Embedded from "@domainflow/db/embedded"
import * as Re2 from "@domainflow/engine/keyword/Re2"
import * as ProxyProbe from "@domainflow/engine/proxy/ProxyProbe"
import { Effect, Layer, Redacted } from "effect"

/** DATABASE_URL, or a PostgreSQL that lives as long as the program. */
const url = Effect.gen(function* () {
  const given = process.env["DATABASE_URL"]
  return given === undefined ? (yield* Embedded.start({})).url : Redacted.make(given)
})

/** PEPPERS as `2:base64`; for a demonstration, any 32 bytes. */
const peppers = Effect.fromResult(
  KeyRing.parse(Redacted.make(process.env["PEPPERS"] ?? `2:${Buffer.alloc(32, "demonstration").toString("base64")}`))
)

/** What every host mounts: all ports on PostgreSQL. A service brings its own `Courier`, which sends mail. */
export const ports = Layer.unwrap(
  Effect.map(Effect.all([url, peppers]), ([url, peppers]) =>
    Auth.layer().pipe(
      Layer.provideMerge(Accounts.ports),
      Layer.provideMerge(Db.layerUrl(url, { multiplex: true })),
      Layer.provideMerge(Layer.mergeAll(Re2.layer, Bcrypt.layer({ peppers }), Courier.layerMemory, ProxyProbe.layer())),
      Layer.provide(SecretBox.layerConfig)
    )
  )
)
