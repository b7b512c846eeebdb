import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { rights } from "../../src/auth/Desk.ts"
import { Memory } from "../../src/Memory.ts"
import * as Stores from "../../src/Stores.ts"
import * as TestRegex from "../../src/testing/TestRegex.ts"

/** Not for the desk: entries are written by the operations themselves, and read by those who administer accounts. */
const apart = ["AuditLog"]

it.effect("every port of the main job is on the desk, with a right for each of its operations", () =>
  Effect.gen(function* () {
    const layer = Stores.layerTables.pipe(Layer.provide([Memory.layer, TestRegex.layer]))
    const { mapUnsafe } = yield* Effect.scoped(Layer.build(layer))
    const ports = [...mapUnsafe].flatMap(([key, port]) =>
      key.startsWith("@domainflow/core/") ? [[key.split("/").at(-1)!, port as object] as const] : []
    )
    assert.isAtLeast(ports.length, 12)
    for (const [name, port] of ports) {
      if (apart.includes(name)) continue
      const desk = Object.entries(rights).find(([on]) => on.toLowerCase() === name.toLowerCase())
      assert.isDefined(desk, name)
      assert.deepStrictEqual(Object.keys(desk?.[1] ?? {}).sort(), Object.keys(port).sort(), name)
    }
  })
)
