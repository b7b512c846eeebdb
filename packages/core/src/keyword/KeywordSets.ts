import { Array, Clock, Context, Effect, Layer, Order, Result, Schema } from "effect"
import type { AuditChange } from "../audit/AuditEntry.ts"
import { AuditLog } from "../audit/AuditLog.ts"
import { changed } from "../audit/Changed.ts"
import * as Ids from "../Ids.ts"
import { atOnce, Memory } from "../Memory.ts"
import * as Page from "../Page.ts"
import type { StoreError } from "../StoreError.ts"
import { InvalidKeywordRules, parseRules } from "./KeywordRule.ts"
import { KeywordSet, KeywordSetNameTaken, KeywordSetNotFound } from "./KeywordSet.ts"
import { KeywordSetId } from "./KeywordSetId.ts"
import { LinearRegex } from "./LinearRegex.ts"

/** Where keyword sets are kept. Rules are checked when they are saved; every change writes its audit entry with it. */
export class KeywordSets extends Context.Service<
  KeywordSets,
  {
    readonly create: (
      set: NewKeywordSet
    ) => Effect.Effect<KeywordSet, InvalidKeywordRules | KeywordSetNameTaken | StoreError>
    /** Changes the fields that are given; `rules` are replaced whole. Nothing given, nothing done. */
    readonly update: (
      id: KeywordSetId,
      change: Partial<NewKeywordSet>
    ) => Effect.Effect<KeywordSet, KeywordSetNotFound | InvalidKeywordRules | KeywordSetNameTaken | StoreError>
    readonly get: (id: KeywordSetId) => Effect.Effect<KeywordSet, KeywordSetNotFound | StoreError>
    /** Those that exist, in the order of the ids. */
    readonly many: (ids: ReadonlyArray<KeywordSetId>) => Effect.Effect<ReadonlyArray<KeywordSet>, StoreError>
    /** By name. */
    readonly page: (request?: Page.PageRequest) => Effect.Effect<Page.Page<KeywordSet>, Page.InvalidCursor | StoreError>
    readonly remove: (id: KeywordSetId) => Effect.Effect<void, KeywordSetNotFound | StoreError>
  }
>()("@domainflow/core/KeywordSets") {
  static readonly layerMemory = Layer.effect(
    KeywordSets,
    Effect.gen(function* () {
      const audit = yield* AuditLog
      const regexes = yield* LinearRegex
      const { keywordSets } = yield* Memory

      const find = (keywordSetId: KeywordSetId) =>
        Result.fromNullishOr(keywordSets.get(keywordSetId), () => new KeywordSetNotFound({ keywordSetId }))

      const put = (set: KeywordSet) => {
        for (const { id, name } of keywordSets.values()) {
          if (name === set.name && id !== set.id) return Result.fail(new KeywordSetNameTaken({ name }))
        }
        keywordSets.set(set.id, set)
        return Result.succeed(set)
      }

      return KeywordSets.of({
        create: Effect.fnUntraced(function* ({ description = null, isEnabled = true, ...given }) {
          const now = new Date(yield* Clock.currentTimeMillis)
          const set = new KeywordSet({
            id: KeywordSetId.make(yield* Ids.one),
            name: yield* checkedName(given.name),
            description,
            rules: yield* checkedRules(given.rules, regexes),
            isEnabled,
            createdAt: now,
            updatedAt: now
          })
          yield* atOnce(() => put(set))
          yield* audit.append(created(set))
          return set
        }, Effect.uninterruptible),

        update: Effect.fnUntraced(function* (id, change) {
          const now = new Date(yield* Clock.currentTimeMillis)
          if (change.name !== undefined) yield* checkedName(change.name)
          const rules = change.rules === undefined ? undefined : yield* checkedRules(change.rules, regexes)
          if (changed(change).length === 0) return yield* atOnce(() => find(id))
          const set = yield* atOnce(() =>
            Result.flatMap(find(id), (current) =>
              put(
                new KeywordSet({
                  ...current,
                  name: change.name ?? current.name,
                  description: change.description === undefined ? current.description : change.description,
                  rules: rules ?? current.rules,
                  isEnabled: change.isEnabled ?? current.isEnabled,
                  updatedAt: now
                })
              )
            )
          )
          yield* audit.append(updated(set, change))
          return set
        }, Effect.uninterruptible),

        get: (id) => atOnce(() => find(id)),

        many: (ids) => Effect.sync(() => ids.flatMap((id) => keywordSets.get(id) ?? [])),

        page: Effect.fnUntraced(function* (request) {
          const after = yield* Page.position(Page.NameKey, request)
          const rows = Array.filter(
            keywordSets.values(),
            (set) => after === null || Order.isGreaterThan(Page.byName)(Page.nameKey(set), after)
          )
          return Page.page(Array.sortWith(rows, Page.nameKey, Page.byName), request, Page.nameKey)
        }),

        remove: Effect.fnUntraced(function* (id) {
          const set = yield* atOnce(() =>
            Result.map(find(id), (set) => {
              keywordSets.delete(id)
              return set
            })
          )
          yield* audit.append(removed(set))
        }, Effect.uninterruptible)
      })
    })
  )
}

export interface NewKeywordSet {
  readonly name: string
  readonly description?: string | null
  /** An array of rules as behaviour gives them; parsed, and refused with the index of the bad one. */
  readonly rules: unknown
  readonly isEnabled?: boolean
}

/** What a row keeps: the rules as they were given, once they have been read. */
export const checkedRules = Effect.fnUntraced(function* (rules: unknown, regexes: LinearRegex["Service"]) {
  yield* Effect.provideService(parseRules(rules), LinearRegex, regexes)
  return yield* Schema.decodeUnknownEffect(Schema.Json)(rules).pipe(
    Effect.mapError(() => new InvalidKeywordRules({ ruleIndex: null, field: "", reason: "expected JSON" }))
  )
})

export const checkedName = (name: string): Effect.Effect<string, InvalidKeywordRules> =>
  name.trim() === ""
    ? Effect.fail(new InvalidKeywordRules({ ruleIndex: null, field: "name", reason: "the set needs a name" }))
    : Effect.succeed(name)

export const created = (set: KeywordSet): AuditChange => ({
  action: "keyword_set.created",
  entityId: set.id,
  details: { name: set.name, rules: count(set) }
})

export const updated = (set: KeywordSet, change: Partial<NewKeywordSet>): AuditChange => ({
  action: "keyword_set.updated",
  entityId: set.id,
  details: { name: set.name, changed: changed(change), rules: count(set) }
})

export const removed = (set: KeywordSet): AuditChange => ({
  action: "keyword_set.deleted",
  entityId: set.id,
  details: { name: set.name, rules: count(set) }
})

const count = ({ rules }: KeywordSet): number => (Array.isArray(rules) ? rules.length : 0)
