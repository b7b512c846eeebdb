import { PersonaId } from "@domainflow/core/persona/PersonaId"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { eachOnce } from "../../src/campaign/Askers.ts"

it.effect("a persona that is named twice has two turns and one asker", () =>
  Effect.gen(function* () {
    const [one, two] = ["1", "2"].map((digit) => ({
      id: PersonaId.make(`00000000-0000-4000-8000-00000000000${digit}`)
    }))
    let made = 0
    const askers = yield* eachOnce([one!, two!, one!], ({ id }) => Effect.sync(() => ({ id, nth: made++ })))

    assert.strictEqual(made, 2)
    assert.deepStrictEqual(
      askers.map(({ id, nth }) => [id, nth]),
      [
        [one!.id, 0],
        [two!.id, 1],
        [one!.id, 0]
      ]
    )
    assert.strictEqual(askers[0], askers[2])
  })
)
