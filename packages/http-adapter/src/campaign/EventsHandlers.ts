import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"
import { Events } from "./Events.ts"
import { Form } from "./Outlet.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "events",
  Effect.fn(function* (handlers) {
    const campaigns = yield* Campaigns
    const events = yield* Events
    const form = yield* Form
    return handlers.handleAll({
      watch: Effect.fn(function* ({ headers, params: { id } }) {
        yield* campaigns.get(id)
        const last = headers["last-event-id"] ?? ""
        return HttpServerResponse.raw(form(events.watch(id, last === "" ? null : BigInt(last))), { headers: head })
      })
    })
  })
)

const head = {
  "content-type": "text/event-stream",
  // A proxy that waits for the end of a stream would wait for ever.
  "x-accel-buffering": "no"
}
