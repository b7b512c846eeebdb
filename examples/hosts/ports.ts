// Schemas as code that is made for each of them, once: about a tenth off every request. The host decides, for its whole process.
import "effect/schema/SchemaJITCompiler/enable"
import { Courier } from "@domainflow/core/auth/Courier"
import { SecretBox } from "@domainflow/core/SecretBox"
import * as Accounts from "@domainflow/db/auth/Accounts"
import * as Db from "@domainflow/db/Db"
import * as Embedded from "@domainflow/db/embedded"
import * as Re2 from "@domainflow/engine/keyword/Re2"
import * as ProxyProbe from "@domainflow/engine/proxy/ProxyProbe"
import { ConfigProvider, Effect, Layer, Redacted } from "effect"

/** DATABASE_URL, or a PostgreSQL that lives as long as the program. */
const url = Effect.gen(function* () {
  const given = process.env["DATABASE_URL"]
  return given === undefined ? (yield* Embedded.start({})).url : Redacted.make(given)
})

/**
 * Keys that anybody can read here, so that the examples start with nothing set. In production the environment brings its own: without
 * `DOMAINFLOW_PEPPERS` a host does not start, without `DOMAINFLOW_AUDIT_KEYS` it warns that the trails are not sealed.
 */
const key = Buffer.alloc(32, "demonstration").toString("base64")
const demonstration = { DOMAINFLOW_PEPPERS: `2:${key}`, DOMAINFLOW_AUDIT_KEYS: `demonstration:${key}` }
const keys = process.env["NODE_ENV"] === "production" ? {} : demonstration

/** What every host mounts: all ports on PostgreSQL. A service brings its own `Courier`, which sends mail. */
export const ports = Accounts.layer().pipe(
  Layer.provideMerge(Layer.unwrap(Effect.map(url, (url) => Db.layerUrl(url, { multiplex: true })))),
  Layer.provideMerge(Layer.mergeAll(Re2.layer, Courier.layerMemory, ProxyProbe.layer())),
  Layer.provide([SecretBox.layerConfig, ConfigProvider.layerAdd(ConfigProvider.fromUnknown(keys))])
)
