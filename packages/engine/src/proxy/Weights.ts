import { Option, Schema } from "effect"

/**
 * Shares for the strategy `weighted`, by proxy id: `proxyWeights` in the metadata of a campaign's parameters, whole numbers from 1 to 1,000, for the
 * schema has no column for them. Whoever is not named there has 1; where it says anything else, all have.
 */
export const of = (metadata: unknown): Readonly<Record<string, number>> =>
  Option.match(decode(metadata), { onNone: () => ({}), onSome: ({ proxyWeights }) => proxyWeights })

const decode = Schema.decodeUnknownOption(
  Schema.Struct({
    proxyWeights: Schema.Record(Schema.String, Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000 })))
  })
)
