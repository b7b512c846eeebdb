import { stat } from "node:fs/promises"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { proven } from "@domainflow/core/auth/Password"
import { PasswordHasher } from "@domainflow/core/auth/PasswordHasher"
import * as KeyRing from "@domainflow/core/KeyRing"
import * as PasswordHasherSuite from "@domainflow/core/testing/PasswordHasherSuite"
import { assert, it } from "@effect/vitest"
import { hash as bcrypt, parseOptions } from "@node-rs/bcrypt"
import { Effect, Fiber, Redacted } from "effect"
import * as Bcrypt from "../../src/auth/Bcrypt.ts"

/** A few milliseconds a hash: enough to be measured, and quick enough to be tested. */
const cost = 6
const pepper = (id: string, fill: number): KeyRing.Key => ({ id, bytes: Redacted.make(new Uint8Array(48).fill(fill)) })
const layerOf = (...keys: [KeyRing.Key, ...Array<KeyRing.Key>]) => Bcrypt.layer({ peppers: KeyRing.make(keys), cost })
const hasherOf = (...keys: [KeyRing.Key, ...Array<KeyRing.Key>]) =>
  Effect.provide(PasswordHasher, layerOf(...keys), { local: true })
const password = Redacted.make("nine green bottles")

PasswordHasherSuite.suite("bcrypt", layerOf(pepper("2", 2)))

it.effect("hashes are bcrypt's, at the cost asked for, over 64 characters", () =>
  Effect.gen(function* () {
    const hasher = yield* hasherOf(pepper("2", 2))
    const { hash, pepperVersion } = yield* hasher.hash(proven(password))
    assert.deepStrictEqual(parseOptions(Redacted.value(hash)), { version: "2b", cost })
    assert.strictEqual(pepperVersion, 2)
    assert.strictEqual(Bcrypt.defaultCost, 12)
  })
)

it.effect("an old pepper verifies and is outdated; one that is gone or wrong does not", () =>
  Effect.gen(function* () {
    const stored = yield* (yield* hasherOf(pepper("2", 2))).hash(proven(password))
    const rotated = yield* hasherOf(pepper("3", 3), pepper("2", 2))
    assert.deepStrictEqual(yield* rotated.verify(password, stored), { matches: true, outdated: true })
    const renewed = yield* rotated.hash(proven(password))
    assert.deepStrictEqual(yield* rotated.verify(password, renewed), { matches: true, outdated: false })
    assert.isFalse((yield* (yield* hasherOf(pepper("3", 3))).verify(password, stored)).matches)
    assert.isFalse((yield* (yield* hasherOf(pepper("2", 9))).verify(password, stored)).matches)
  })
)

it.effect("a row without a pepper verifies as it was stored, and is outdated", () =>
  Effect.gen(function* () {
    const hasher = yield* hasherOf(pepper("2", 2))
    const stored = Redacted.make(yield* Effect.promise(() => bcrypt("user123!", { cost })))
    for (const pepperVersion of [0, 1]) {
      const check = yield* hasher.verify(Redacted.make("user123!"), { hash: stored, pepperVersion })
      assert.deepStrictEqual(check, { matches: true, outdated: true })
    }
  })
)

it.effect("what bcrypt would cut off is not ignored in rows without a pepper either", () =>
  Effect.gen(function* () {
    const hasher = yield* hasherOf(pepper("2", 2))
    const long = "x".repeat(72)
    const stored = { hash: Redacted.make(yield* Effect.promise(() => bcrypt(long, { cost }))), pepperVersion: 1 }
    assert.isTrue((yield* hasher.verify(Redacted.make(long), stored)).matches)
    assert.isFalse((yield* hasher.verify(Redacted.make(`${long}y`), stored)).matches)
    assert.isFalse((yield* hasher.verify(Redacted.make(`${long}\0y`), stored)).matches)
  })
)

it.effect("a malformed or too costly hash is refused for the price of an ordinary one", () =>
  Effect.gen(function* () {
    const hasher = yield* hasherOf(pepper("2", 2))
    const timed = Effect.fnUntraced(function* (hash: string) {
      const begun = performance.now()
      const check = yield* hasher.verify(password, { hash: Redacted.make(hash), pepperVersion: 2 })
      assert.deepStrictEqual(check, { matches: false, outdated: false }, hash)
      return performance.now() - begun
    })
    const ordinary = yield* timed(Redacted.value((yield* hasher.hash(proven(Redacted.make("another")))).hash))
    const rest = "abcdefghijklmnopqrstuuJ1Bnyn5Iy0PhFMzkCmPKj8dYfPOfJrK"
    for (const hash of ["", "plain text", "$2b$12$short", `$2b$15$${rest}`, `$2b$31$${rest}`, "$argon2id$v=19$m=1"]) {
      // One of 2^15 rounds would take five hundred times as long.
      assert.isBelow(yield* timed(hash), ordinary * 20 + 50, hash)
    }
  })
)

it.effect("a hash made at a lower cost takes as long as one of today", () =>
  Effect.gen(function* () {
    const hasher = yield* Effect.provide(
      PasswordHasher,
      Bcrypt.layer({ peppers: KeyRing.make([pepper("2", 2)]), cost: 9 }),
      {
        local: true
      }
    )
    const cheap = { hash: Redacted.make(yield* Effect.promise(() => bcrypt("x", { cost: 5 }))), pepperVersion: 1 }
    const work: Record<"cheap" | "nobody", Array<number>> = { cheap: [], nobody: [] }
    for (let n = 0; n < 15; n++)
      for (const [name, stored] of [
        ["cheap", cheap],
        ["nobody", null]
      ] as const) {
        // Time on the processor: it is the same however busy the machine is.
        const begun = process.cpuUsage()
        yield* hasher.verify(password, stored)
        work[name].push(process.cpuUsage(begun).user)
      }
    const median = (of: ReadonlyArray<number>) => of.toSorted((a, b) => a - b)[7]!
    // Without the rest it would be a sixteenth.
    assert.closeTo(median(work.cheap) / median(work.nobody), 1, 0.25)
  })
)

it.effect("pepper versions begin at 2: 0 and 1 are rows without one", () =>
  Effect.gen(function* () {
    for (const id of ["0", "1", "k1", "-2", "2.5"]) {
      const refused = yield* Effect.flip(Effect.provide(PasswordHasher, layerOf(pepper(id, 1)), { local: true }))
      assert.strictEqual(refused._tag, "InvalidPepperVersion")
    }
  })
)

it.live("a flood of logins leaves the process responsive", () =>
  Effect.gen(function* () {
    const flooded = Bcrypt.layer({ peppers: KeyRing.make([pepper("2", 2)]), cost: 8 })
    const hasher = yield* Effect.provide(PasswordHasher, flooded, { local: true })
    let done = 0
    const flood = Effect.forEach(
      Array.from({ length: 60 }),
      () => Effect.tap(hasher.verify(password, null), () => Effect.sync(() => done++)),
      { concurrency: "unbounded" }
    )
    // What else the machine does may stop this process for a while: the flood is at fault only if it always does.
    let p99 = Number.POSITIVE_INFINITY
    for (let attempt = 0; attempt < 5 && p99 >= 50; attempt++) {
      const delay = monitorEventLoopDelay({ resolution: 5 })
      delay.enable()
      const running = yield* Effect.forkChild(flood, { startImmediately: true })
      yield* Effect.sleep("20 millis")
      const before = done
      // Files, names and other hashes are asked for by the same few threads: with more than two taken, this would wait for all 60.
      yield* Effect.promise(() => stat(import.meta.filename))
      assert.isAtMost(done - before, 6)
      yield* Fiber.join(running)
      delay.disable()
      p99 = delay.percentile(99) / 1e6
    }
    assert.isBelow(p99, 50)
  })
)
