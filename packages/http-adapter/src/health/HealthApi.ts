import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
import { problem } from "../problem/Problem.ts"
import { Needs } from "../session/Needs.ts"

/** The process is up, and says of which service. */
export const Alive = Schema.Struct({ status: Schema.Literal("ok") })

/** The store behind the process cannot be reached: send requests elsewhere for now. */
export class NotReady extends Schema.TaggedError<NotReady>()("NotReady", {}) {
  override get message() {
    return "the store does not answer: send requests elsewhere for now"
  }
}

/** For whoever restarts processes and steers load: no session is asked for, and nothing but the state is told. */
export class HealthApi extends HttpApiGroup.make("health")
  .add(
    // Up even while the store is away: restarting the process would not bring the store back.
    HttpApiEndpoint.get("live", "/live", { success: Alive }),
    HttpApiEndpoint.get("ready", "/ready", { success: Alive, error: problem(NotReady, 503, "Not ready") })
  )
  .annotateEndpoints(Needs, "nothing")
  .prefix("/health") {}
