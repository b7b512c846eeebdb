import { Array, Schema, SchemaIssue } from "effect"

/** What a generation is configured by, under the names of `domain_generation_campaign_params`. */
export const PatternField = Schema.Literals(["patternType", "characterSet", "variableLength", "constantString", "tld"])
export type PatternField = typeof PatternField.Type

/** The fields do not describe a set of names. Every field that is wrong is told at once, each with what to do about it. */
export class InvalidPattern extends Schema.TaggedError<InvalidPattern>()("InvalidPattern", {
  issues: Schema.Array(Schema.Struct({ field: PatternField, problem: Schema.String }))
}) {
  override get message() {
    return this.issues.map(({ field, problem }) => `${field}: ${problem}`).join("\n")
  }

  static at(field: PatternField, problem: string): InvalidPattern {
    return new InvalidPattern({ issues: [{ field, problem }] })
  }

  /** The first problem of every field that did not decode. */
  static from(errors: ReadonlyArray<Schema.SchemaError>): InvalidPattern {
    const issues = errors.flatMap(({ issue }) =>
      toIssues(issue).issues.map(({ message, path = [] }) => ({
        field: PatternField.literals.find((field) => field === path[0]) ?? "patternType",
        problem: message
      }))
    )
    return new InvalidPattern({ issues: Array.dedupeWith(issues, (one, other) => one.field === other.field) })
  }
}

const toIssues = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) =>
    issue._tag === "MissingKey" ? "is missing: give it a value" : SchemaIssue.defaultLeafHook(issue)
})
