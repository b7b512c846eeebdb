import { assert, it } from "@effect/vitest"
import { Effect, Logger } from "effect"
import fc from "fast-check"
import * as Poison from "../../src/campaign/Poison.ts"

/** Tells some verdicts in some order, then breaks if a poisonous name was among them; may tell more when it is too late. */
const breaking =
  (poisonous: ReadonlySet<number>, late: Array<() => void>): Poison.Ask<number, string> =>
  (names, tell) =>
    Effect.suspend(() => {
      const isBroken = names.some((name) => poisonous.has(name))
      names.forEach((name, place) => {
        if (poisonous.has(name)) return
        // A name before the one that breaks is told now, every third only afterwards.
        if (isBroken && name % 3 === 0) late.push(() => tell(place, "late"))
        else tell(place, "fine")
      })
      return isBroken ? Effect.die(new Error("broke")) : Effect.void
    })

it.effect("every name has one verdict, whoever breaks what asks and whatever was told before", () =>
  Effect.promise(() =>
    fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat({ max: 60 })), fc.array(fc.nat({ max: 60 })), async (names, bad) => {
        const poisonous = new Set(bad)
        const late: Array<() => void> = []
        const told = new Map<number, ReadonlyArray<string>>()
        const ask = Poison.each(breaking(poisonous, late), () => "broken")
        await Effect.runPromise(
          ask(names, (place, verdict) => {
            const name = names[place]!
            told.set(name, [...(told.get(name) ?? []), verdict])
          }).pipe(Effect.provide(Logger.layer([])))
        )
        for (const tell of late) tell()
        assert.deepStrictEqual(
          told,
          new Map([...told.keys()].map((name) => [name, [poisonous.has(name) ? "broken" : "fine"]]))
        )
        assert.strictEqual(told.size, names.length)
      })
    )
  )
)
