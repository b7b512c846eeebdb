import { Schema } from "effect"

/** A lower-case registrable name such as `acme-shop.com` (RFC 1035 2.3.4: labels of 1..63 octets, at most 253 in all). */
export const DomainName = Schema.String.check(
  Schema.isPattern(/^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, {
    message: "expected a lower-case domain name"
  })
).pipe(Schema.brand("DomainName"))
export type DomainName = typeof DomainName.Type

/**
 * The name that stored text is asked about as. All that we spell is one already; a row of an older installation may hold
 * it in capitals, or hold what is no name at all: undefined, and `Skipped` for its verdict.
 */
export const read = (stored: string): DomainName | undefined => {
  if (isName(stored)) return stored
  // ASCII alone: the Kelvin sign is no k.
  const lower = stored.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase())
  return isName(lower) ? lower : undefined
}

const isName = Schema.is(DomainName)
