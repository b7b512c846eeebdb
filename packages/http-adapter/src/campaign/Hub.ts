import type { Update } from "@domainflow/core/campaign/Update"
import type { Fiber } from "effect"
import type { Outlet } from "./Outlet.ts"
import * as Wire from "./Wire.ts"

/**
 * Those who watch one campaign. Its changes are read and encoded once for all of them; a watcher is a cursor and an
 * outlet, and neither a fiber nor a timer.
 */
export interface Hub {
  readonly join: (watcher: Watcher) => void
  readonly leave: (watcher: Watcher) => void
  /** Tells everyone what has changed. */
  readonly tell: (updates: ReadonlyArray<Update>) => void
  /** The last word to everyone, and to whoever joins from now on. */
  readonly close: (how: "end" | "reconnect") => void
  /** Sees to those who have heard nothing for a while, or have watched for long enough. */
  readonly tick: (now: number) => void
  readonly watchers: ReadonlySet<Watcher>
}

export interface Watcher {
  readonly outlet: Outlet
  /** The newest change that they have; null before the first. */
  cursor: bigint | null
  /** When they are asked to come back, in milliseconds since 1970. */
  readonly until: number
  /** Whether they have heard nothing since the last tick. */
  isQuiet: boolean
  /** What brings them up to the others, while it does. */
  catchingUp: Fiber.Fiber<unknown> | null
}

/** Changes kept for those who are a little behind: a few minutes of a campaign that commits ten times a second. */
const kept = 2_048

/** What may wait for a client that does not keep up, before it is let go: minutes of changes of a fast campaign. */
export const mostWaiting = 256 * 1_024

/** `catchUp` reads for somebody what is no longer kept here, and has them join again. */
export const make = (catchUp: (watcher: Watcher, upTo: bigint) => Fiber.Fiber<unknown>): Hub => {
  const watchers = new Set<Watcher>()
  /** Those who have what there is. The others are being caught up. */
  const live = new Set<Watcher>()
  let recent: ReadonlyArray<Wire.Encoded> = []
  /** Every change after this one is in `recent`. */
  let floor: bigint | null = null
  let closed: "end" | "reconnect" | null = null

  const send = (watcher: Watcher, bytes: Uint8Array) => {
    watcher.isQuiet = false
    watcher.outlet.write(bytes)
    if (watcher.outlet.waiting() > mostWaiting) watcher.outlet.drop()
  }

  const bid = (watcher: Watcher, how: "end" | "reconnect") => {
    live.delete(watcher)
    watcher.catchingUp?.interruptUnsafe()
    watcher.outlet.write(Wire.signals[how])
    watcher.outlet.end()
  }

  /** Sends what somebody has not seen, and puts them among those who have everything. */
  const place = (watcher: Watcher): void => {
    const newest = recent.at(-1)
    if (newest !== undefined) {
      if (watcher.cursor === null) {
        watcher.cursor = newest.seq
        send(watcher, newest.bytes)
      } else if (floor === null || watcher.cursor < floor) {
        watcher.catchingUp = catchUp(watcher, newest.seq)
        return
      } else if (watcher.cursor < newest.seq) {
        const missed = Wire.joined(recent, watcher.cursor)
        watcher.cursor = newest.seq
        send(watcher, missed)
      }
    }
    if (!watchers.has(watcher)) return
    if (closed === null) live.add(watcher)
    else bid(watcher, closed)
  }

  return {
    watchers,
    join: (watcher) => {
      watcher.catchingUp = null
      watchers.add(watcher)
      place(watcher)
    },
    leave: (watcher) => {
      watchers.delete(watcher)
      live.delete(watcher)
      watcher.catchingUp?.interruptUnsafe()
    },
    tell: (updates) => {
      const [first] = updates
      if (first === undefined) return
      const before = recent.at(-1)?.seq ?? null
      const told = updates.map(Wire.encode)
      floor ??= first.seq - 1n
      const all = [...recent, ...told]
      if (all.length > kept) floor = all[all.length - kept - 1]!.seq
      recent = all.slice(-kept)
      const bytes = Wire.joined(told, null)
      const newest = told.at(-1)!.seq
      /** They have seen nothing yet, or, from another process, more than was known here. */
      const others: Array<Watcher> = []
      for (const watcher of live) {
        if (before === null || watcher.cursor !== before) others.push(watcher)
        else {
          watcher.cursor = newest
          send(watcher, bytes)
        }
      }
      for (const watcher of others) {
        live.delete(watcher)
        place(watcher)
      }
    },
    close: (how) => {
      closed = how
      // At the end of a campaign, who is being caught up is told once that is done.
      for (const watcher of how === "end" ? [...live] : [...watchers]) bid(watcher, how)
    },
    tick: (now) => {
      for (const watcher of [...live]) {
        if (now >= watcher.until) bid(watcher, "reconnect")
        else if (watcher.isQuiet) send(watcher, Wire.signals.ping)
        watcher.isQuiet = true
      }
    }
  }
}
