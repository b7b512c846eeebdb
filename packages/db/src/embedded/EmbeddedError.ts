import { Schema } from "effect"

/** The embedded server could not be started; `message` says on what and what to do. */
export class EmbeddedError extends Schema.TaggedError<EmbeddedError>()("EmbeddedError", {
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}
