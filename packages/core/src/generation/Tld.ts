import { Effect, Result, Schema, SchemaIssue, SchemaTransformation } from "effect"
import { Host } from "effect/net"

/**
 * What stands behind the label, without a leading dot: `com`, `co.uk`, `xn--p1ai`.
 *
 * Decodes `com` and `.COM` alike, several labels, and U-labels (RFC 5890), which become punycode; all spellings of one
 * TLD decode to one form, which is what rows and hashes hold.
 */
export const Tld = Schema.String.annotate({ message: "give a top-level domain such as com or co.uk" }).pipe(
  Schema.decodeTo(
    Schema.String.pipe(Schema.brand("Tld")),
    SchemaTransformation.transformEffect<string, string>({
      decode: (spelled, options) =>
        Result.match(Host.domainNameFromString(spelled.replace(/^\./, "")), {
          onSuccess: (name) =>
            ldh.test(name)
              ? Effect.succeed(name)
              : Effect.fail(new SchemaIssue.InvalidValue({ message: problem }, spelled, options)),
          onFailure: ({ message }) =>
            Effect.fail(new SchemaIssue.InvalidValue({ message: `${message}: ${problem}` }, spelled, options))
        }),
      encode: (tld) => Effect.succeed(tld)
    })
  )
)
export type Tld = typeof Tld.Type

const problem = "give labels of letters, digits and inner hyphens, parted by single dots, such as com or co.uk"

/** The parser lets service labels (`_tcp`) and the root's dot pass; no registrable name has either. */
const ldh = /^[a-z0-9-]+(\.[a-z0-9-]+)*$/
