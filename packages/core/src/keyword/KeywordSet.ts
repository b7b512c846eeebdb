import { Schema } from "effect"
import { KeywordSetId } from "./KeywordSetId.ts"

/**
 * Rules that are looked for together: a row of `keyword_sets`. `rules` are as they were given; `parseRules` reads them,
 * and refuses what an earlier installation let through.
 */
export class KeywordSet extends Schema.Class<KeywordSet>("@domainflow/core/KeywordSet")({
  id: KeywordSetId,
  /** Not empty where it was created through us. */
  name: Schema.String,
  description: Schema.NullOr(Schema.String),
  rules: Schema.Json,
  isEnabled: Schema.Boolean,
  createdAt: Schema.Date,
  updatedAt: Schema.Date
}) {}

export class KeywordSetNotFound extends Schema.TaggedError<KeywordSetNotFound>()("KeywordSetNotFound", {
  keywordSetId: KeywordSetId
}) {
  override get message() {
    return `keyword set ${this.keywordSetId} does not exist`
  }
}

export class KeywordSetNameTaken extends Schema.TaggedError<KeywordSetNameTaken>()("KeywordSetNameTaken", {
  name: Schema.String
}) {
  override get message() {
    return `there is a keyword set named "${this.name}" already: choose another name or change that one`
  }
}
