import { Schema } from "effect"

/**
 * The store could not answer: the one way a port fails for reasons that are not about the domain.
 *
 * `operation` names the port method, `retryable` says whether trying again may help.
 */
export class StoreError extends Schema.TaggedError<StoreError>()("StoreError", {
  operation: Schema.String,
  retryable: Schema.Boolean,
  cause: Schema.Defect()
}) {
  override get message() {
    return `${this.operation}: the store ${this.retryable ? "is unavailable, try again" : "refused"}`
  }
}
