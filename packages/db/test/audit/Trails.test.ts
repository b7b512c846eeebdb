import { AuditLog } from "@domainflow/core/audit/AuditLog"
import { AuthLog } from "@domainflow/core/auth/AuthLog"
import { Courier } from "@domainflow/core/auth/Courier"
import { SecretBox } from "@domainflow/core/SecretBox"
import * as Scene from "@domainflow/core/testing/Scene"
import * as TestRegex from "@domainflow/core/testing/TestRegex"
import { assert, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, type Redacted } from "effect"
import * as Accounts from "../../src/auth/Accounts.ts"
import * as Db from "../../src/Db.ts"
import * as Database from "../support/Database.ts"

const ring = (fill: number) => `1:${Buffer.alloc(32, fill).toString("base64")}`
const provided = (config: Record<string, string>) =>
  Layer.mergeAll(
    TestRegex.layer,
    SecretBox.layerLocked,
    Courier.layerMemory,
    ConfigProvider.layer(ConfigProvider.fromUnknown(config))
  )

/** A worker: the ports of the main job, and no accounts. */
const worker = (url: Redacted.Redacted, config: Record<string, string>) =>
  Layer.provide(Db.layerUrl(url), provided(config))
/** A service: accounts over the same, as the recipe composes it. */
const service = (url: Redacted.Redacted, config: Record<string, string>) =>
  Accounts.layer().pipe(Layer.provideMerge(Db.layerUrl(url)), Layer.provide(provided(config)))

it.effect(
  "the trails of a database that ran without keys are sealed as soon as a service brings them; workers with the keys go on",
  () =>
    Effect.gen(function* () {
      const url = yield* Database.fresh("migrated")
      const keys = { DOMAINFLOW_AUDIT_KEYS: ring(1), DOMAINFLOW_PEPPERS: `2:${Buffer.alloc(32, 2).toString("base64")}` }
      const work = Scene.spelled(2)
      yield* work.pipe(Effect.provide(worker(url, {})))

      const verify = Effect.gen(function* () {
        const audit = yield* AuditLog.use((log) => log.verify())
        const auth = yield* AuthLog.use((log) => log.verify())
        assert.deepStrictEqual([...audit.findings, ...auth.findings], [])
        return audit.lines
      }).pipe(Effect.provide(service(url, keys)))
      const before = yield* verify
      assert.isAbove(before, 0)

      yield* work.pipe(Effect.provide(worker(url, keys)))
      assert.strictEqual(yield* verify, 2 * before)

      // A process without the keys is what the audit is for.
      yield* work.pipe(Effect.provide(worker(url, {})))
      const { findings } = yield* AuditLog.use((log) => log.verify()).pipe(Effect.provide(service(url, keys)))
      assert.deepStrictEqual([...new Set(findings.map(({ kind }) => kind))], ["unsealed"])
    }).pipe(Effect.scoped),
  60_000
)
