import { assert, it } from "@effect/vitest"
import { Effect, type Layer, Result } from "effect"
import { KeywordSetId } from "../keyword/KeywordSetId.ts"
import { KeywordSets, type NewKeywordSet } from "../keyword/KeywordSets.ts"
import type { Stores } from "../Stores.ts"
import * as Scene from "./Scene.ts"

const missing = KeywordSetId.make("00000000-0000-4000-8000-00000000dead")

const set = (fields: Partial<NewKeywordSet> = {}): NewKeywordSet => ({
  name: Scene.word(),
  rules: [{ pattern: "anvil", ruleType: "string" }],
  ...fields
})

/** What every `KeywordSets` promises. Each layer runs it. */
export const suite = <E>(name: string, layer: Layer.Layer<Stores, E>) =>
  it.layer(layer, { timeout: "60 seconds" })(`KeywordSets (${name})`, (it) => {
    it.effect("rules are kept as they were given, in order, what we do not know of included", () =>
      Effect.gen(function* () {
        const sets = yield* KeywordSets
        const rules = [
          { pattern: 'İstanbul "quoted" \\ 💥', ruleType: "string", isCaseSensitive: true, their_key: { a: [1] } },
          { id: "r2", pattern: "a\\d{2,3}[b-d]|\\$", ruleType: "regex", category: "price", contextChars: 0 },
          { pattern: "anvil", ruleType: "string" }
        ]

        const made = yield* sets.create(set({ rules, description: "three" }))

        assert.deepInclude(made, { description: "three", isEnabled: true })
        assert.deepStrictEqual(made.rules, rules)
        assert.deepStrictEqual(yield* sets.get(made.id), made)
        assert.deepStrictEqual((yield* sets.create(set({ rules: [] }))).rules, [])
      })
    )

    it.effect("a rule that cannot be used is refused by its place, and nothing is kept", () =>
      Effect.gen(function* () {
        const sets = yield* KeywordSets
        const good = { pattern: "anvil", ruleType: "string" }
        const refused = (rules: unknown, name = "refused") =>
          sets.create(set({ name, rules })).pipe(
            Effect.flip,
            Effect.map((error) =>
              error._tag === "InvalidKeywordRules" ? [error.ruleIndex, error.field] : [error._tag]
            )
          )

        assert.deepStrictEqual(yield* refused([good, { pattern: "", ruleType: "string" }]), [1, "pattern"])
        assert.deepStrictEqual(yield* refused([good, good, { pattern: "(?=a)", ruleType: "regex" }]), [2, "pattern"])
        assert.deepStrictEqual(yield* refused([{ pattern: "(a", ruleType: "regex" }]), [0, "pattern"])
        assert.deepStrictEqual(yield* refused([{ pattern: "a", ruleType: "glob" }]), [0, "ruleType"])
        assert.deepStrictEqual(yield* refused([{ ...good, contextChars: -1 }]), [0, "contextChars"])
        assert.deepStrictEqual(yield* refused({ rules: [good] }), [null, ""])
        assert.deepStrictEqual(yield* refused([], " "), [null, "name"])
        const { items } = yield* sets.page({ limit: 1_000 })
        assert.isFalse(items.some((made) => made.name === "refused"))
      })
    )

    it.effect("names are unique, and of many who take one at once one has it", () =>
      Effect.gen(function* () {
        const sets = yield* KeywordSets
        const given = set()

        const tries = yield* Effect.all(
          Array.from({ length: 10 }, () => Effect.result(sets.create(given))),
          { concurrency: "unbounded" }
        )
        const other = yield* sets.create(set())
        const taken = yield* Effect.flip(sets.update(other.id, { name: given.name }))

        assert.strictEqual(tries.filter(Result.isSuccess).length, 1)
        for (const { failure } of tries.filter(Result.isFailure)) {
          assert.deepInclude(failure, { _tag: "KeywordSetNameTaken", name: given.name })
        }
        assert.deepInclude(taken, { _tag: "KeywordSetNameTaken", name: given.name })
        assert.deepStrictEqual(yield* sets.get(other.id), other)
      })
    )

    it.effect("a change touches what it names; rules are replaced whole and checked again", () =>
      Effect.gen(function* () {
        const sets = yield* KeywordSets
        const made = yield* sets.create(set())
        const rules = [{ pattern: "a+", ruleType: "regex" }]

        const disabled = yield* sets.update(made.id, { isEnabled: false })
        assert.deepStrictEqual({ ...disabled, updatedAt: null }, { ...made, isEnabled: false, updatedAt: null })
        const changed = yield* sets.update(made.id, { rules, description: "one" })
        assert.deepInclude(changed, { description: "one", isEnabled: false })
        assert.deepStrictEqual(changed.rules, rules)
        const bad = yield* Effect.flip(sets.update(made.id, { rules: [{ pattern: "\\1", ruleType: "regex" }] }))
        assert.deepInclude(bad, { _tag: "InvalidKeywordRules", ruleIndex: 0 })
        assert.deepStrictEqual(yield* sets.get(made.id), changed)
      })
    )

    it.effect("every change has its line in the audit trail, and what was refused has none", () =>
      Effect.gen(function* () {
        const sets = yield* KeywordSets
        const { id, name } = yield* sets.create(set())
        yield* Effect.flip(sets.update(id, { rules: 1 }))
        yield* sets.update(id, {})
        yield* sets.update(id, { rules: [], isEnabled: false })
        yield* sets.remove(id)
        yield* Effect.flip(sets.remove(id))

        assert.deepStrictEqual(
          (yield* Scene.audited(id)).map(({ action, details }) => [action, details]),
          [
            ["keyword_set.created", { name, rules: 1 }],
            ["keyword_set.updated", { name, changed: ["rules", "isEnabled"], rules: 0 }],
            ["keyword_set.deleted", { name, rules: 0 }]
          ]
        )
      })
    )

    it.effect("many are those that exist, in the order of the ids", () =>
      Effect.gen(function* () {
        const sets = yield* KeywordSets
        const one = yield* sets.create(set())
        const two = yield* sets.create(set())

        assert.deepStrictEqual(yield* sets.many([two.id, missing, one.id]), [two, one])
      })
    )

    it.effect("pages are in order of name and hold each set once", () =>
      Effect.gen(function* () {
        const sets = yield* KeywordSets
        const prefix = Scene.word()
        for (const letter of ["c", "a", "b"]) yield* sets.create(set({ name: `${prefix}${letter}` }))
        const seen: Array<string> = []
        let after: string | null = null
        do {
          const page: Effect.Success<ReturnType<typeof sets.page>> = yield* sets.page({ after, limit: 2 })
          seen.push(...page.items.map((made) => made.name))
          after = page.next
        } while (after !== null)

        assert.deepStrictEqual(
          seen.filter((made) => made.startsWith(prefix)),
          [`${prefix}a`, `${prefix}b`, `${prefix}c`]
        )
        assert.strictEqual(new Set(seen).size, seen.length)
        assert.strictEqual((yield* Effect.flip(sets.page({ after: "elsewhere" })))._tag, "InvalidCursor")
      })
    )

    it.effect("what does not exist is not found", () =>
      Effect.gen(function* () {
        const sets = yield* KeywordSets
        const asked: ReadonlyArray<Effect.Effect<unknown, { readonly _tag: string }>> = [
          sets.get(missing),
          sets.update(missing, { isEnabled: false }),
          sets.remove(missing)
        ]
        for (const ask of asked) assert.strictEqual((yield* Effect.flip(ask))._tag, "KeywordSetNotFound")
      })
    )
  })
