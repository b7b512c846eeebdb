import { CampaignId } from "@domainflow/core/campaign/CampaignId"
import { Paces } from "@domainflow/core/campaign/Paces"
import { assert, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as Pace from "../../src/campaign/Pace.ts"
import * as Wall from "../support/Wall.ts"

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

/** A store that answers a moment later, as a database does. */
const distant = Layer.effect(
  Paces,
  Effect.map(Paces, (paces) =>
    Paces.of({ ...paces, take: (...places) => Effect.andThen(Effect.yieldNow, paces.take(...places)) })
  )
).pipe(Layer.provide(Paces.layerMemory))

it.effect("lets as many go where stretches are read side by side", () =>
  Effect.gen(function* () {
    const pace = yield* Pace.make(id, 600)
    const reader = Effect.gen(function* () {
      for (let taken = 0; taken < 200; taken += 4) yield* pace.take(4)
      return yield* Clock.currentTimeMillis
    })
    const fiber = yield* Effect.forkChild(Effect.all([reader, reader, reader], { concurrency: 3 }))
    for (let tenths = 0; tenths < 600; tenths++) yield* TestClock.adjust("100 millis")
    // The last four of the 600 when the pace has room for them.
    assert.strictEqual(Math.max(...(yield* Fiber.join(fiber))), 59_600)
  }).pipe(Effect.provide(distant))
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

/** A store that keeps time by a clock of its own, and has nobody else to serve. */
const idle = Layer.succeed(Paces, { take: () => Effect.succeed(0) })

it.effect.each([-1, 1])("takes no notice of a clock on the wall that is set by %i h", (hours) =>
  Effect.gen(function* () {
    const wall = yield* Wall.make
    const pace = yield* Pace.make(id, 600)
    // Of the second's worth that this fetches, nine are left.
    yield* pace.take(1).pipe(wall.seen)
    wall.step(hours * 3_600_000)
    const next = yield* Effect.forkChild(pace.take(1).pipe(wall.seen))
    yield* TestClock.adjust("99 millis")
    assert.isUndefined(next.pollUnsafe())
    yield* TestClock.adjust("1 millis")
    assert.isDefined(next.pollUnsafe())
  }).pipe(Effect.provide(idle))
)
