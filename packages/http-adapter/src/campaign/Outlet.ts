import { Context } from "effect"

/** Where the events of one client leave. What a client does not take waits in its own buffer, and nobody waits for it. */
export interface Outlet {
  readonly write: (bytes: Uint8Array) => void
  /** Bytes that the client has not taken yet. */
  readonly waiting: () => number
  /** After what is waiting. */
  readonly end: () => void
  /** At once: what is waiting is lost, and the client comes back for it. */
  readonly drop: () => void
}

/** Events for one client, from the moment that somebody joins an outlet to them. */
export class Feed {
  /** Answers what is to be called once the client is gone. */
  readonly join: (outlet: Outlet) => () => void
  constructor(join: Feed["join"]) {
    this.join = join
  }
}

/** The body of a response that a host which speaks Fetch can send. */
export const web = (feed: Feed): ReadableStream<Uint8Array> => {
  let leave = () => {}
  let open: ReadableStreamDefaultController<Uint8Array> | null = null
  const close = (how: (controller: ReadableStreamDefaultController<Uint8Array>) => void) => {
    const controller = open
    if (controller === null) return
    open = null
    how(controller)
    leave()
  }
  const outlet: Outlet = {
    write: (bytes) => open?.enqueue(bytes),
    waiting: () => -(open?.desiredSize ?? 0),
    end: () => close((controller) => controller.close()),
    drop: () => close((controller) => controller.error(new Error("the client does not keep up")))
  }
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        open = controller
        leave = feed.join(outlet)
        // Over before it began.
        if (open === null) leave()
      },
      cancel: () => close(() => {})
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 0 })
  )
}

/** How the host takes bodies that have no end: as a stream of the platform, or as the feed itself. */
export const Form = Context.Reference<(feed: Feed) => unknown>("@domainflow/http-adapter/Outlet", {
  defaultValue: () => web
})
