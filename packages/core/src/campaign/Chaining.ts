import { Effect, Schema } from "effect"

/**
 * How a campaign follows the one that gives it its names. `manual`: once somebody starts it, over what the source has
 * and still adds. `behind`: started with its source, it streams behind it while that runs. `after`: started when its
 * source has completed, over all it has.
 */
export const Chaining = Schema.Literals(["manual", "behind", "after"])
export type Chaining = typeof Chaining.Type

/** The field of a new campaign, with what holds where it says nothing. */
export const field = (fallback: Chaining) => Chaining.pipe(Schema.withDecodingDefaultKey(Effect.succeed(fallback)))

/** The field of a stored one. */
export const column = Chaining.pipe(Schema.withConstructorDefault(Effect.succeed<Chaining>("manual")))
