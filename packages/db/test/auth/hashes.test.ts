import { proven } from "@domainflow/core/auth/Password"
import { PasswordHasher } from "@domainflow/core/auth/PasswordHasher"
import * as KeyRing from "@domainflow/core/KeyRing"
import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Redacted } from "effect"
import { vi } from "vitest"

/** How many hashes are being computed, by the library's own account. */
const busy = vi.hoisted(() => ({ now: 0, most: 0, begun: 0 }))
vi.mock("@node-rs/bcrypt", async (original) => {
  const real = await original<typeof import("@node-rs/bcrypt")>()
  const counted =
    <Args extends ReadonlyArray<unknown>, A>(compute: (...args: Args) => Promise<A>) =>
    async (...args: Args) => {
      busy.begun++
      busy.most = Math.max(busy.most, ++busy.now)
      return compute(...args).finally(() => void busy.now--)
    }
  return { ...real, hash: counted(real.hash), verify: counted(real.verify) }
})

// Anew, and not as an earlier file of this process has imported it.
vi.resetModules()
const Bcrypt = await import("../../src/auth/Bcrypt.ts")

const peppers = KeyRing.make([{ id: "2", bytes: Redacted.make(new Uint8Array(48).fill(2)) }])
const password = Redacted.make("nine green bottles")
const hasher = Effect.provide(PasswordHasher, Bcrypt.layer({ peppers, cost: 6 }), { local: true })
const fifty = Array.from({ length: 50 }, (_, n) => n)

it.live("of fifty passwords two at most are hashed at once", () =>
  Effect.gen(function* () {
    const { hash, verify } = yield* hasher
    busy.most = 0
    const stored = yield* hash(proven(password))
    yield* Effect.forEach(
      fifty,
      (n) => Effect.asVoid<unknown, never, never>(n % 2 === 0 ? hash(proven(password)) : verify(password, stored)),
      {
        concurrency: "unbounded"
      }
    )
    assert.strictEqual(busy.most, 2)
  })
)

it.live("nor are there more when whoever asked hangs up", () =>
  Effect.gen(function* () {
    const { verify } = yield* hasher
    Object.assign(busy, { most: 0, begun: 0 })
    for (const _ of fifty) {
      const asked = yield* Effect.forkChild(verify(password, null), { startImmediately: true })
      yield* Effect.sleep("1 millis")
      yield* Effect.forkChild(Fiber.interrupt(asked), { startImmediately: true })
    }
    yield* verify(password, null)
    assert.isAtLeast(busy.begun, 2)
    assert.isAtMost(busy.most, 2)
  })
)

it.live("what is longer than any password is not even looked at", () =>
  Effect.gen(function* () {
    const { hash, verify } = yield* hasher
    const stored = yield* hash(proven(password))
    // Normalised, each of these is 18 characters.
    const flood = Redacted.make("\ufdfa".repeat(1_000_000))
    const work = Effect.fnUntraced(function* (typed: Redacted.Redacted) {
      const begun = process.cpuUsage()
      assert.isFalse((yield* verify(typed, stored)).matches)
      return process.cpuUsage(begun).user
    })
    const ordinary = Math.max(yield* work(Redacted.make("another")), yield* work(Redacted.make("one more")))
    assert.isBelow(yield* work(flood), ordinary * 5)
  })
)
