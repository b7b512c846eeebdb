import { type Context, Effect, Metric } from "effect"

const requests = (["2xx", "3xx", "4xx", "5xx"] as const).map((status) =>
  Metric.counter("domainflow_api_requests_total", {
    description: "Requests that the API has answered, by the class of the status.",
    attributes: { status },
    incremental: true
  })
)

/** Counts an answer. Of a request that its client broke off there is none. A plain call: as an effect it took several times as long. */
export const answered = (status: number, context: Context.Context<never>): void =>
  (requests[Math.trunc(status / 100) - 2] ?? requests[3]!).updateUnsafe(1, context)

/** Clients that watch the events of some campaign now. */
export const watchers = Metric.gauge("domainflow_event_watchers", {
  description: "Clients that watch the events of a campaign now."
})

/** Puts all at zero, so that a collector sees what there is, and the first of each as a change. */
export const begin = Effect.andThen(
  Effect.forEach(requests, (counter) => Metric.update(counter, 0), { discard: true }),
  Metric.modify(watchers, 0)
)
