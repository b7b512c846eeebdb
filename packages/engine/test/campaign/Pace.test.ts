import { CampaignId } from "@domainflow/core/campaign/CampaignId"
import { Paces } from "@domainflow/core/campaign/Paces"
import { assert, it } from "@effect/vitest"
import { Clock, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import * as Pace from "../../src/campaign/Pace.ts"

const id = CampaignId.make("00000000-0000-4000-8000-000000000001")

it.effect("lets so many names a minute go, evenly", () =>
  Effect.gen(function* () {
    const pace = yield* Pace.make(id, 600)
    assert.strictEqual(pace.most(1_000), 10)
    const fiber = yield* Effect.forkChild(
      Effect.gen(function* () {
        for (let taken = 0; taken < 600; taken += 10) yield* pace.take(10)
        return yield* Clock.currentTimeMillis
      })
    )
    yield* TestClock.adjust("1 minute")
    // The first ten go at once, the last ten one second before the minute is full.
    assert.strictEqual(yield* Fiber.join(fiber), 59_000)
  }).pipe(Effect.provide(Paces.layerMemory))
)

it.effect("does not save up what a slow source left unused", () =>
  Effect.gen(function* () {
    const pace = yield* Pace.make(id, 60)
    yield* pace.take(1)
    yield* TestClock.adjust("1 hour")
    yield* pace.take(1)
    const second = yield* Effect.forkChild(pace.take(1))
    yield* TestClock.adjust("999 millis")
    assert.isUndefined(second.pollUnsafe())
    yield* TestClock.adjust("1 millis")
    yield* Fiber.join(second)
  }).pipe(Effect.provide(Paces.layerMemory))
)

it.effect("takes a slow pace one name at a time, and none for unlimited", () =>
  Effect.gen(function* () {
    assert.strictEqual((yield* Pace.make(id, 6)).most(1_000), 1)
    const unlimited = yield* Pace.make(id, 0)
    assert.strictEqual(unlimited.most(1_000), 1_000)
    yield* unlimited.take(1_000_000)
  }).pipe(Effect.provide(Paces.layerMemory))
)
