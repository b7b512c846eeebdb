import { type Schema, SchemaIssue } from "effect"

/** What is wrong with a value that did not decode, and the way to the field: `configDetails.resolvers[2]`. */
export interface Issue {
  readonly path: string
  readonly reason: string
}

/** The first thing that is wrong. Its reason never quotes the value, which may be a secret. */
export const first = (error: Schema.SchemaError): Issue => {
  const [issue] = format(error.issue).issues
  return { path: (issue?.path ?? []).map(step).join("").replace(/^\./, ""), reason: issue?.message ?? "is not valid" }
}

const format = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) => (issue._tag === "MissingKey" ? "is missing" : SchemaIssue.defaultLeafHook(issue))
})

const step = (segment: PropertyKey | { readonly key: PropertyKey }): string => {
  const key = typeof segment === "object" ? segment.key : segment
  return typeof key === "number" ? `[${key}]` : `.${String(key)}`
}
