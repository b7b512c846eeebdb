import { Schema } from "effect"

/** Every name of the enumeration has been given to earlier campaigns. */
export class SpaceExhausted extends Schema.TaggedError<SpaceExhausted>()("SpaceExhausted", {
  configHash: Schema.String,
  size: Schema.BigInt
}) {
  override get message() {
    return `all ${this.size} names of this pattern belong to earlier campaigns: choose another pattern or a longer variable part`
  }
}
