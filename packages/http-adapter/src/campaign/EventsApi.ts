import { Update } from "@domainflow/core/campaign/Update"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import { Needs } from "../session/Needs.ts"
import { Session } from "../session/Session.ts"
import { notFound, params } from "./CampaignsApi.ts"

/** A change of the campaign. Its id is the cursor: a client that shows it again misses nothing and sees nothing twice. */
export const Progress = Schema.Struct({
  event: Schema.Literal("progress"),
  id: Schema.String,
  data: Schema.fromJsonString(Schema.toCodecJson(Update))
})

/**
 * `ping`: nothing has changed. `reconnect`: come back, showing the last id. `end`: the campaign has ended and nothing
 * follows, so do not come back.
 */
export const Signal = Schema.Struct({
  event: Schema.Literals(["ping", "reconnect", "end"]),
  id: Schema.optional(Schema.String),
  data: Schema.Literal("{}")
})

export const Event = Schema.Union([Progress, Signal])
export type Event = typeof Event.Type

/** The progress of a campaign as it happens, by server-sent events. */
export class EventsApi extends HttpApiGroup.make("events")
  .add(
    HttpApiEndpoint.get("watch", "/:id/events", {
      params,
      headers: { "last-event-id": Schema.optionalKey(Schema.String.check(Schema.isPattern(/^\d{0,18}$/))) },
      success: HttpApiSchema.StreamSse({ events: Event }),
      error: notFound
    })
  )
  .annotateEndpoints(Needs, "campaigns:read")
  .middleware(Session)
  .prefix("/campaigns") {}
