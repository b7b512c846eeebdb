import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { Effect } from "effect"
import { HttpEffect, HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"
import { Events } from "./Events.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "events",
  Effect.fn(function* (handlers) {
    const campaigns = yield* Campaigns
    const events = yield* Events
    return handlers.handleAll({
      watch: Effect.fn(function* ({ headers, params: { id } }) {
        yield* campaigns.get(id)
        yield* unbuffered
        const last = headers["last-event-id"] ?? ""
        return events.watch(id, last === "" ? undefined : BigInt(last))
      })
    })
  })
)

/** A proxy that waits for the end of a stream would wait for ever. */
const unbuffered = HttpEffect.appendPreResponseHandler((_request, response) =>
  Effect.succeed(HttpServerResponse.setHeader(response, "x-accel-buffering", "no"))
)
