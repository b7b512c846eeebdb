import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { Hex } from "effect/encoding"
import * as fc from "fast-check"
import { sha256 } from "../src/auth/Token.ts"
import * as Sha256 from "../src/Sha256.ts"

const subtle = async (text: string) =>
  Hex.encode(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))))

it("answers what the platform answers, at every length around a block and for any text", async () => {
  for (let length = 0; length < 200; length++) {
    const text = "é".repeat(length % 3) + "x".repeat(length)
    assert.strictEqual(Sha256.hex(text), await subtle(text))
  }
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary", maxLength: 300 }), async (text) => {
      assert.strictEqual(Sha256.hex(text), await subtle(text))
    })
  )
})

it("is what tokens are looked up by, however long they are", async () => {
  for (const text of ["", "x".repeat(43), "x".repeat(256), "x".repeat(257), "x".repeat(10_000)]) {
    assert.strictEqual(await Effect.runPromise(sha256(text)), await subtle(text))
  }
})
