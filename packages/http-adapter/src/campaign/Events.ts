import { Reach } from "@domainflow/core/auth/Reach"
import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import type { Update } from "@domainflow/core/campaign/Update"
import { Clock, Context, Duration, Effect, Layer, Option, RcMap, Stream } from "effect"
import { Settings } from "../Settings.ts"
import type { Event } from "./EventsApi.ts"
import * as Hub from "./Hub.ts"

/** The changes of campaigns, each read once however many watch it. */
export class Events extends Context.Service<
  Events,
  {
    /** Every change after the one that was seen last, or from how the campaign stands now; nothing skipped, nothing twice. */
    readonly watch: (id: CampaignId, after: bigint | undefined) => Stream.Stream<Event>
    /** Tells everyone who watches to come back, for this process is going, and waits until they have been told. */
    readonly stop: Effect.Effect<void>
  }
>()("@domainflow/http-adapter/Events") {}

/** A hub that nobody watches is kept for somebody who is just reconnecting. */
const idle = "10 seconds"

export const layer = Layer.effect(
  Events,
  Effect.gen(function* () {
    const campaigns = yield* Campaigns
    const { eventsFor, eventsHeartbeat } = yield* Settings
    const heartbeat = Duration.toMillis(eventsHeartbeat)
    const hubs = yield* RcMap.make({
      // Read for everyone: whoever subscribes has been let in to this very campaign.
      lookup: (id: CampaignId) => Hub.make(Stream.provideService(campaigns.watch(id), Reach, null)),
      idleTimeToLive: idle
    })
    let stopping = false
    let watching = 0

    const subscribe = Effect.fnUntraced(function* (id: CampaignId, after: bigint | undefined) {
      const hub = yield* RcMap.get(hubs, id)
      const until = (yield* Clock.currentTimeMillis) + Duration.toMillis(eventsFor)
      while (hub.newest() === undefined && hub.state() === "open" && !stopping) yield* hub.bell()

      /** What has happened since the cursor, or a sign of life, or the end. */
      const next = (cursor: bigint | null): Effect.Effect<Step> =>
        Effect.gen(function* () {
          const bell = hub.bell()
          const newest = hub.newest()
          if (newest !== undefined) {
            if (cursor === null) return said([newest], newest.seq)
            const missed = hub.after(cursor) ?? (yield* caughtUp(id, cursor, newest.seq))
            if (missed.length > 0) return said(missed, missed.at(-1)!.seq)
          }
          if (hub.state() === "end") return [[signal("end")], Option.none()]
          const now = yield* Clock.currentTimeMillis
          if (stopping || hub.state() === "broken" || now >= until) return [[signal("reconnect")], Option.none()]
          const rung = yield* Effect.timeoutOption(bell, Math.max(1, Math.min(heartbeat, until - now)))
          return [Option.isSome(rung) ? [] : [signal("ping")], Option.some(cursor)]
        })
      watching++
      return Stream.ensuring(
        Stream.paginate(after ?? null, next),
        Effect.sync(() => watching--)
      )
    })

    /** What the hub no longer keeps, or never saw. */
    const caughtUp = (id: CampaignId, cursor: bigint, newest: bigint) =>
      newest <= cursor
        ? Effect.succeed([])
        : campaigns.watch(id, cursor).pipe(
            Stream.takeUntil(({ seq }) => seq >= newest),
            Stream.runCollect,
            Effect.map((updates) => [...updates]),
            Effect.provideService(Reach, null),
            // Gone meanwhile: the hub ends by itself.
            Effect.orElseSucceed((): Array<Update> => [])
          )

    return Events.of({
      watch: (id, after) => Stream.unwrap(subscribe(id, after)),
      stop: Effect.gen(function* () {
        stopping = true
        for (const id of yield* RcMap.keys(hubs)) {
          yield* Effect.scoped(Effect.flatMap(RcMap.get(hubs, id), ({ ring }) => ring))
        }
        while (watching > 0) yield* Effect.sleep("20 millis")
      })
    })
  })
)

type Step = readonly [ReadonlyArray<Event>, Option.Option<bigint | null>]

const said = (updates: ReadonlyArray<Update>, seq: bigint): Step => [updates.map(progress), Option.some(seq)]

const progress = (update: Update): Event => ({ event: "progress", id: `${update.seq}`, data: update })

const signal = (event: "ping" | "reconnect" | "end"): Event => ({ event, data: "{}" })
