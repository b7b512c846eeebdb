import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { PrometheusMetrics } from "effect/observability"
import { Api } from "../Api.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "metrics",
  Effect.fn(function* (handlers) {
    return handlers.handleAll({ read: () => PrometheusMetrics.format() })
  })
)
