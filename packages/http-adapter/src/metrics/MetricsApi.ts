import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import { Needs } from "../session/Needs.ts"
import { Operator } from "../session/Operator.ts"

/** Counters and gauges of the process, as Prometheus reads them (text format 0.0.4). */
export class MetricsApi extends HttpApiGroup.make("metrics")
  .add(
    HttpApiEndpoint.get("read", "/metrics", {
      success: Schema.String.pipe(HttpApiSchema.asText({ contentType: "text/plain; version=0.0.4; charset=utf-8" }))
    })
  )
  .annotateEndpoints(Needs, "operator")
  .middleware(Operator) {}
