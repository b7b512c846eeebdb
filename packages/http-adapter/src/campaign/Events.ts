import { Reach } from "@domainflow/core/auth/Reach"
import type { CampaignId } from "@domainflow/core/campaign/CampaignId"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { Clock, Context, Duration, Effect, type Fiber, Layer, Stream } from "effect"
import * as Metrics from "../metrics/Metrics.ts"
import { Settings } from "../Settings.ts"
import * as Hub from "./Hub.ts"
import { Feed } from "./Outlet.ts"
import * as Wire from "./Wire.ts"

/** The changes of campaigns, each read once however many watch it. */
export class Events extends Context.Service<
  Events,
  {
    /**
     * Every change after the one that was seen last, or from how the campaign stands now; nothing
     * skipped, nothing twice. Whoever does not keep up is let go, and misses nothing by coming back.
     */
    readonly watch: (id: CampaignId, after: bigint | null) => Feed
    /** How many watch, and how many campaigns are read for them: both zero again when the last one has left. */
    readonly watching: Effect.Effect<{ readonly clients: number; readonly campaigns: number }>
    /** Tells everyone who watches to come back, for this process is going. */
    readonly stop: Effect.Effect<void>
  }
>()("@domainflow/http-adapter/Events") {}

/** How long a page of missed changes waits for a client to take the one before. */
const breath = "20 millis"

export const layer = Layer.effect(
  Events,
  Effect.gen(function* () {
    const campaigns = yield* Campaigns
    const { eventsFor, eventsHeartbeat } = yield* Settings
    const clock = yield* Clock.Clock
    const context = yield* Effect.context<never>()
    const fork = Effect.runForkWith(context)
    const lifetime = Duration.toMillis(eventsFor)
    const tick = Math.max(10, Math.min(Duration.toMillis(eventsHeartbeat) / 2, lifetime))
    const hubs = new Map<CampaignId, Read>()
    let ticking: Fiber.Fiber<unknown> | null = null
    let isStopping = false

    // Read for everyone: whoever joins has been let in to this very campaign.
    const updates = (id: CampaignId, after?: bigint) => Stream.provideService(campaigns.watch(id, after), Reach, null)

    /** What a hub no longer keeps, page by page, as fast as the client takes it. */
    const caughtUp = (id: CampaignId, hub: Hub.Hub, watcher: Hub.Watcher, upTo: bigint) =>
      updates(id, watcher.cursor ?? 0n).pipe(
        Stream.takeUntil(({ seq }) => seq >= upTo),
        Stream.runForEachArray((batch) =>
          Effect.gen(function* () {
            watcher.outlet.write(Wire.joined(batch.map(Wire.encode), null))
            watcher.cursor = batch.at(-1)!.seq
            while (watcher.outlet.waiting() > Hub.mostWaiting / 2) yield* Effect.sleep(breath)
          })
        ),
        // Where that cannot be read, coming back may help.
        Effect.matchCause({
          onSuccess: () => hub.watchers.has(watcher) && hub.join(watcher),
          onFailure: () => watcher.outlet.end()
        })
      )

    const read = (id: CampaignId): Read => {
      const hub: Hub.Hub = Hub.make((watcher, upTo) => fork(caughtUp(id, hub, watcher, upTo)))
      const over = (how: "end" | "reconnect") => () => {
        if (hubs.get(id)?.hub === hub) hubs.delete(id)
        hub.close(how)
      }
      const reading = updates(id).pipe(
        Stream.runForEachArray((batch) => Effect.sync(() => hub.tell(batch))),
        Effect.matchCause({ onSuccess: over("end"), onFailure: over("reconnect") })
      )
      const made = { hub, reading: fork(reading) }
      hubs.set(id, made)
      return made
    }

    /** The one timer of all streams; it runs while there are any. */
    const sweep = Effect.gen(function* () {
      while (hubs.size > 0) {
        yield* Effect.sleep(tick)
        for (const { hub } of hubs.values()) hub.tick(clock.currentTimeMillisUnsafe())
      }
      ticking = null
    })

    const watch = (id: CampaignId, cursor: bigint | null) =>
      new Feed((outlet) => {
        const { hub, reading } = hubs.get(id) ?? read(id)
        const until = clock.currentTimeMillisUnsafe() + lifetime
        const watcher: Hub.Watcher = { outlet, cursor, until, isQuiet: false, catchingUp: null }
        ticking ??= fork(sweep)
        Metrics.watchers.modifyUnsafe(1, context)
        hub.join(watcher)
        if (isStopping) hub.close("reconnect")
        return () => {
          if (hub.watchers.has(watcher)) Metrics.watchers.modifyUnsafe(-1, context)
          hub.leave(watcher)
          if (hub.watchers.size > 0 || hubs.get(id)?.hub !== hub) return
          hubs.delete(id)
          reading.interruptUnsafe()
        }
      })

    const stop = Effect.sync(() => {
      isStopping = true
      for (const { hub } of hubs.values()) hub.close("reconnect")
    })
    yield* Effect.addFinalizer(() =>
      Effect.andThen(
        stop,
        Effect.sync(() => {
          ticking?.interruptUnsafe()
          for (const { reading } of hubs.values()) reading.interruptUnsafe()
        })
      )
    )

    return {
      watch,
      watching: Effect.sync(() => ({
        campaigns: hubs.size,
        clients: [...hubs.values()].reduce((sum, { hub }) => sum + hub.watchers.size, 0)
      })),
      stop
    }
  })
)

/** A campaign that is watched, and what reads its changes. */
interface Read {
  readonly hub: Hub.Hub
  readonly reading: Fiber.Fiber<unknown>
}
