import { assert, it } from "@effect/vitest"
import { Redacted, Result } from "effect"
import fc from "fast-check"
import { accept, longestTyped, maxLength, minLength, type Weakness } from "../../src/auth/Password.ts"

const verdict = (password: string, about: ReadonlyArray<string> = ["ada.king@example.org", "Ada", "King"]) =>
  Result.match(accept(Redacted.make(password), about), {
    onSuccess: () => "accepted" as const,
    onFailure: ({ reason }): Weakness => reason
  })

it("15 to 256 characters, whatever they are", () => {
  assert.strictEqual(verdict("nine green bot"), "too_short")
  assert.strictEqual(verdict("nine green bott"), "accepted")
  assert.strictEqual(verdict("🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧🐦🐤"), "too_short")
  assert.strictEqual(verdict("🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧🐦🐤🦆"), "accepted")
  assert.strictEqual(verdict("abcde fghij klm ".repeat(16)), "accepted")
  assert.strictEqual(verdict(`${"abcde fghij klm ".repeat(16)}x`), "too_long")
})

it("however its accents are spelt, an accepted password is within what is looked at", () => {
  // Each is one character when normalised, of three code points as typed.
  assert.strictEqual(verdict(`nine green bottle${"\u0065\u0302\u0301".repeat(239)}`), "accepted")
  assert.strictEqual(verdict("x".repeat(longestTyped + 1)), "too_long")
})

it("what is guessed first is refused", () => {
  for (const password of [
    "passwordpassword",
    "PASSWORDpassword",
    "Password12345678",
    "qwerty123456qwerty",
    "1234567890123456789",
    "aaaaaaaaaaaaaaaaaaaa",
    "abababababababab",
    "correct horse battery staple",
    "TempPassword123!",
    "!!!letmeinletmein!"
  ])
    assert.strictEqual(verdict(password), "common", password)
})

it("so is little more than one's own name", () => {
  assert.strictEqual(verdict("beatrice.beatrice", ["Beatrice"]), "own_name")
  assert.strictEqual(verdict("lovelace-1815-ok", ["ada@lovelace.example"]), "own_name")
  assert.strictEqual(verdict("acme-robots-2026", ["acme robots"]), "own_name")
  assert.strictEqual(verdict("lovelace rides a bicycle", ["ada@lovelace.example"]), "accepted")
  assert.strictEqual(verdict("a salad of alpine flora", ["Al", "a@b.c"]), "accepted")
})

it("a sentence is accepted, and random words are", () => {
  for (const password of [
    "the monkey stole my dragon",
    "purple-elephants-dance",
    "Tr0ub4dor&3 and more",
    "zażółć gęślą jaźń"
  ])
    assert.strictEqual(verdict(password), "accepted", password)
})

it("every password has a verdict, quickly, and no verdict repeats it", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 400, unit: "grapheme" }), (password) => {
      const result = accept(Redacted.make(password), ["ada.king@example.org"])
      if (Result.isFailure(result) && password.length >= 8) assert.notInclude(result.failure.message, password)
      const length = [...password.normalize("NFKC")].length
      if (Result.isSuccess(result)) assert.isTrue(length >= minLength && length <= maxLength)
    })
  )
  // Built of pieces that fit in many ways, and never to the end.
  assert.strictEqual(verdict(`${"11111111".repeat(31)}2345x?`), "accepted")
})
