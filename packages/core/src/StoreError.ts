import { Schema } from "effect"

/**
 * The store could not answer: the one way a port fails for reasons that are not about the domain.
 *
 * `operation` names the port method, `retryable` says whether trying again may help. The message says what the store
 * said, for whoever reads it in a log or as a campaign's `errorMessage`; a layer puts no value that was stored, and no
 * secret, into the message of its `cause`.
 */
export class StoreError extends Schema.TaggedError<StoreError>()("StoreError", {
  operation: Schema.String,
  retryable: Schema.Boolean,
  cause: Schema.Defect()
}) {
  override get message() {
    const why = this.cause instanceof Error && this.cause.message !== "" ? `: ${this.cause.message}` : ""
    return `${this.operation}: the store ${this.retryable ? "is unavailable, try again" : "refused"}${why}`
  }
}
