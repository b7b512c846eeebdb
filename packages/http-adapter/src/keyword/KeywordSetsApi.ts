import { InvalidKeywordRules, RuleType } from "@domainflow/core/keyword/KeywordRule"
import { KeywordSet, KeywordSetNameTaken, KeywordSetNotFound } from "@domainflow/core/keyword/KeywordSet"
import { KeywordSetId } from "@domainflow/core/keyword/KeywordSetId"
import { Schema, Struct } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import * as Pages from "../Pages.ts"
import { problem } from "../problem/Problem.ts"
import { Needs } from "../session/Needs.ts"
import { Session } from "../session/Session.ts"

export const invalidRules = problem(InvalidKeywordRules, 422, "The keyword rules are not valid")
const notFound = problem(KeywordSetNotFound, 404, "There is no such keyword set")
const taken = problem(KeywordSetNameTaken, 409, "A keyword set has this name already")

const params = { id: KeywordSetId }
const name = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(255))
const Change = Schema.Struct({
  name,
  description: Schema.NullOr(Schema.String),
  rules: Schema.Json,
  isEnabled: Schema.Boolean
}).mapFields(Struct.map(Schema.optionalKey))

/** Characters of a text to try rules on; each rule reads it once. */
const longestText = 20_000

/** What one rule finds in a text. */
export const Trial = Schema.Struct({
  ruleIndex: Schema.Int,
  pattern: Schema.String,
  ruleType: RuleType,
  count: Schema.Int,
  /** The first matches: UTF-16 offsets into the text. */
  matches: Schema.Array(Schema.Struct({ start: Schema.Int, end: Schema.Int })),
  contexts: Schema.Array(Schema.String)
})

/** Keyword sets go by the rights of personas. */
export class KeywordSetsApi extends HttpApiGroup.make("keywordSets")
  .add(
    HttpApiEndpoint.get("list", "/", {
      query: Pages.query,
      success: Pages.pageOf(KeywordSet),
      error: Pages.invalidCursor
    }).annotate(Needs, "personas:read"),
    HttpApiEndpoint.post("create", "/", {
      payload: Schema.Struct({ ...Change.fields, name, rules: Schema.Json }),
      success: KeywordSet.pipe(HttpApiSchema.status(201)),
      error: [taken, invalidRules]
    }).annotate(Needs, "personas:create"),
    HttpApiEndpoint.post("tryOut", "/try", {
      payload: Schema.Struct({ rules: Schema.Json, text: Schema.String.check(Schema.isMaxLength(longestText)) }),
      success: Schema.Struct({ findings: Schema.Array(Trial) }),
      error: invalidRules
    }).annotate(Needs, "personas:read"),
    HttpApiEndpoint.get("get", "/:id", { params, success: KeywordSet, error: notFound }).annotate(
      Needs,
      "personas:read"
    ),
    HttpApiEndpoint.patch("update", "/:id", {
      params,
      payload: Change,
      success: KeywordSet,
      error: [notFound, taken, invalidRules]
    }).annotate(Needs, "personas:update"),
    HttpApiEndpoint.delete("remove", "/:id", { params, success: HttpApiSchema.NoContent, error: notFound }).annotate(
      Needs,
      "personas:delete"
    )
  )
  .middleware(Session)
  .prefix("/keyword-sets") {}
