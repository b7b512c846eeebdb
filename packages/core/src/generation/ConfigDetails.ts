import { Effect, Schema } from "effect"
import * as Digest from "effect/crypto/Digest"
import { Tld } from "./Tld.ts"

/**
 * What `domain_generation_config_states.config_details` holds: the pattern in its one normal form, position by position,
 * gathered into the longest runs of characters that stay and of positions that count through the same characters.
 *
 * Names of one enumeration have one width and every position its own digits, so two patterns that give the same name at
 * every offset (`both` and `prefix_suffix`, `letters` and `abc…z`, an empty constant and none) have the same normal form.
 */
export const ConfigDetails = Schema.Struct({
  label: Schema.Array(
    Schema.Union([
      Schema.Struct({ characters: Schema.String, length: Schema.Int }),
      Schema.Struct({ constant: Schema.String })
    ])
  ),
  tld: Tld
})
export type ConfigDetails = typeof ConfigDetails.Type

/** The normal form of a label's positions, each given by its digits, and a TLD. */
export const of = (positions: ReadonlyArray<string>, tld: Tld): ConfigDetails => {
  const label: Array<ConfigDetails["label"][number]> = []
  for (const digits of positions) {
    const last = label.at(-1)
    if (digits.length === 1) {
      if (last !== undefined && "constant" in last) label[label.length - 1] = { constant: last.constant + digits }
      else label.push({ constant: digits })
    } else if (last !== undefined && "characters" in last && last.characters === digits) {
      label[label.length - 1] = { characters: digits, length: last.length + 1 }
    } else {
      label.push({ characters: digits, length: 1 })
    }
  }
  return { label, tld }
}

/** `config_hash`: SHA-256, in hex, of the canonical JSON. Equal if and only if every offset gives the same name. */
export const hash = (self: ConfigDetails): Effect.Effect<string> =>
  Digest.Digest.use((digest) => digest.digestHex(Digest.sha256, new TextEncoder().encode(canonical(self)))).pipe(
    Effect.provide(Digest.layerWebCrypto)
  )

/** RFC 8785, which for ASCII strings and small whole numbers means: keys in order, no white space. */
export const canonical = ({ label, tld }: ConfigDetails): string =>
  JSON.stringify({
    label: label.map((run) =>
      "constant" in run ? { constant: run.constant } : { characters: run.characters, length: run.length }
    ),
    tld
  })
