import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Result } from "effect"
import { parseRules } from "../../src/keyword/KeywordRule.ts"
import { LinearRegex } from "../../src/keyword/LinearRegex.ts"

/** Refuses whatever holds a back-reference. */
const engine = Layer.succeed(LinearRegex, {
  compile: (pattern, isCaseSensitive) =>
    pattern.includes("\\1")
      ? Result.fail("no back-references")
      : Result.succeed({ pattern, isCaseSensitive, each: () => 0 }),
  union: () => ({ candidates: () => [] })
})

const parse = (json: unknown) => parseRules(json).pipe(Effect.provide(engine))
const refusal = (json: unknown) => parse(json).pipe(Effect.flip)

describe("parseRules", () => {
  it.effect("fills in what was left out, and keeps order", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        yield* parse([
          { pattern: "buy", ruleType: "string" },
          { id: "r", pattern: "b.y", ruleType: "regex", isCaseSensitive: true, category: "shop", contextChars: 0 }
        ]),
        [
          { pattern: "buy", ruleType: "string", isCaseSensitive: false, contextChars: 50 },
          { id: "r", pattern: "b.y", ruleType: "regex", isCaseSensitive: true, category: "shop", contextChars: 0 }
        ]
      )
      // As earlier installations wrote what was not said.
      const unsaid = { id: null, category: null, isCaseSensitive: null, contextChars: null }
      assert.deepStrictEqual(yield* parse([{ pattern: "buy", ruleType: "string", ...unsaid }]), [
        { pattern: "buy", ruleType: "string", isCaseSensitive: false, contextChars: 50 }
      ])
      assert.deepStrictEqual(yield* parse([]), [])
    })
  )

  it.effect("names the rule and the field at fault", () =>
    Effect.gen(function* () {
      const good = { pattern: "buy", ruleType: "string" }
      for (const [bad, field] of [
        [{ pattern: "", ruleType: "string" }, "pattern"],
        [{ ruleType: "string" }, "pattern"],
        [{ pattern: "a" }, "ruleType"],
        [{ pattern: "a", ruleType: "glob" }, "ruleType"],
        [{ pattern: "a", ruleType: "string", contextChars: -1 }, "contextChars"],
        [{ pattern: "a", ruleType: "string", contextChars: 1.5 }, "contextChars"],
        [{ pattern: "a", ruleType: "string", isCaseSensitive: "no" }, "isCaseSensitive"],
        [{ pattern: "a\ud800", ruleType: "string" }, "pattern"],
        [{ pattern: "a\0", ruleType: "regex" }, "pattern"],
        [{ pattern: "a".repeat(4_097), ruleType: "string" }, "pattern"],
        [{ pattern: "(a)\\1", ruleType: "regex" }, "pattern"],
        [{ pattern: null, ruleType: "string" }, "pattern"],
        ["buy", ""],
        [null, ""],
        [[], ""]
      ] as const) {
        const error = yield* refusal([good, bad, { pattern: "" }])
        assert.deepStrictEqual([error._tag, error.ruleIndex, error.field], ["InvalidKeywordRules", 1, field])
        assert.isNotEmpty(error.reason)
      }
    })
  )

  it.effect("reads aloud", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* refusal({})).message, "keyword rules: expected an array of rules")
      assert.strictEqual(
        (yield* refusal([{ pattern: "(a)\\1", ruleType: "regex" }])).message,
        "keyword rule 0, pattern: no back-references"
      )
      // What a string rule says is no regex.
      assert.strictEqual((yield* parse([{ pattern: "(a)\\1", ruleType: "string" }]))[0]?.pattern, "(a)\\1")
    })
  )
})
