import { assert, it } from "@effect/vitest"
import { Schema } from "effect"
import { Charset } from "../../src/generation/Charset.ts"

const decode = Schema.decodeUnknownSync(Charset)
const encode = Schema.encodeSync(Charset)

it("an alphabet keeps the first of each character, in lower case", () => {
  assert.strictEqual(decode("bAb"), "ba")
  assert.strictEqual(decode("ZyZ-9-"), "zy-9")
  assert.strictEqual(decode("letters"), "abcdefghijklmnopqrstuvwxyz")
  assert.strictEqual(decode("NUMBERS"), "0123456789")
  assert.strictEqual(decode("alphanumeric"), "abcdefghijklmnopqrstuvwxyz0123456789")
})

it("an alphabet with a name is stored by it", () => {
  assert.strictEqual(encode(decode("abcdefghijklmnopqrstuvwxyz")), "letters")
  assert.strictEqual(encode(decode("cab")), "cab")
  for (const spelled of ["letters", "0123456789", "ba-"])
    assert.strictEqual(decode(encode(decode(spelled))), decode(spelled))
})
