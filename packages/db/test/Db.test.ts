import * as KeyRing from "@domainflow/core/KeyRing"
import { SecretBox } from "@domainflow/core/SecretBox"
import * as Scene from "@domainflow/core/testing/Scene"
import * as TestRegex from "@domainflow/core/testing/TestRegex"
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import * as Db from "../src/Db.ts"
import * as Database from "./support/Database.ts"

const needs = Layer.mergeAll(
  TestRegex.layer,
  SecretBox.layer(KeyRing.make([{ id: "test", bytes: Redacted.make(new Uint8Array(32)) }]))
)

it.effect("a URL is all it takes to have every port on a migrated database", () =>
  Effect.gen(function* () {
    const url = yield* Database.fresh("empty")
    const { names } = yield* Scene.spelled(3).pipe(Effect.provide(Layer.provide(Db.layerUrl(url), needs)))
    assert.strictEqual(names.length, 3)

    // Somebody else migrates: the client is in reach for what the ports do not offer.
    const [row] = yield* SqlClient.SqlClient.use((sql) => sql`select count(*) from generated_domains`).pipe(
      Effect.provide(Layer.provide(Db.layerUrl(url, { migrate: false, maxConnections: 1 }), needs))
    )
    assert.deepStrictEqual(row, { count: 3n })
  }).pipe(Effect.scoped)
)
