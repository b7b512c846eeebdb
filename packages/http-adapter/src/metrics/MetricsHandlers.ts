import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { PrometheusMetrics } from "effect/observability"
import { Api } from "../Api.ts"
import * as Metrics from "./Metrics.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "metrics",
  Effect.fn(function* (handlers) {
    yield* Metrics.begin
    return handlers.handleAll({ read: () => PrometheusMetrics.format() })
  })
)
