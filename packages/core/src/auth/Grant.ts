import { Schema } from "effect"
import { Permission } from "./Permission.ts"
import type { UserId } from "./UserId.ts"

/** The caller may not do this. What they lack is named; what it would have touched is not. */
export class Forbidden extends Schema.TaggedError<Forbidden>()("Forbidden", { permission: Permission }) {
  override get message() {
    return `this needs the right ${this.permission}`
  }
}

/**
 * Proof that someone may do `P`. An operation that takes one cannot be called without the check: there is no other way to
 * come by it than `Principal.grant`, or `Grant.system` where the host itself acts.
 */
export class Grant<out P extends Permission> {
  readonly permission: P
  /** Who may; null is the host itself. */
  readonly userId: UserId | null
  /** Whose campaigns: see `Reach`. */
  readonly reach: UserId | null
  // A private member makes the type nominal: no object literal passes for a grant.
  readonly #proof = true

  private constructor(permission: P, userId: UserId | null, reach: UserId | null) {
    this.permission = permission
    this.userId = userId
    this.reach = reach
  }

  /** For scripts, workers and migrations: nobody is asking, so nobody is asked. */
  static system<const P extends Permission>(permission: P): Grant<P> {
    return new Grant(permission, null, null)
  }

  /** @internal For `Principal.grant`, which has checked. */
  static checked<const P extends Permission>(permission: P, userId: UserId, reach: UserId | null): Grant<P> {
    return new Grant(permission, userId, reach)
  }

  toString() {
    return `Grant(${this.permission}${this.#proof && this.reach === null ? "" : ", own"})`
  }
}
