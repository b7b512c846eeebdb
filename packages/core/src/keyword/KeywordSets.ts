import { Context, type Effect } from "effect"
import type { Page, PageRequest } from "../Page.ts"
import type { StoreError } from "../StoreError.ts"
import type { InvalidKeywordRules } from "./KeywordRule.ts"
import type { KeywordSet, KeywordSetNameTaken, KeywordSetNotFound } from "./KeywordSet.ts"
import type { KeywordSetId } from "./KeywordSetId.ts"

/** Where keyword sets are kept. Rules are checked when they are saved; every change writes its audit entry with it. */
export class KeywordSets extends Context.Service<
  KeywordSets,
  {
    readonly create: (
      set: NewKeywordSet
    ) => Effect.Effect<KeywordSet, InvalidKeywordRules | KeywordSetNameTaken | StoreError>
    /** Changes the fields that are given; `rules` are replaced whole. */
    readonly update: (
      id: KeywordSetId,
      change: Partial<NewKeywordSet>
    ) => Effect.Effect<KeywordSet, KeywordSetNotFound | InvalidKeywordRules | KeywordSetNameTaken | StoreError>
    readonly get: (id: KeywordSetId) => Effect.Effect<KeywordSet, KeywordSetNotFound | StoreError>
    /** Those that exist, in the order of the ids. */
    readonly many: (ids: ReadonlyArray<KeywordSetId>) => Effect.Effect<ReadonlyArray<KeywordSet>, StoreError>
    /** By name. */
    readonly page: (request?: PageRequest) => Effect.Effect<Page<KeywordSet>, StoreError>
    readonly remove: (id: KeywordSetId) => Effect.Effect<void, KeywordSetNotFound | StoreError>
  }
>()("@domainflow/core/KeywordSets") {}

export interface NewKeywordSet {
  readonly name: string
  readonly description?: string | null
  /** An array of rules as behaviour gives them; parsed, and refused with the index of the bad one. */
  readonly rules: unknown
  readonly isEnabled?: boolean
}
