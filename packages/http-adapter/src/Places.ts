import type { IncomingMessage, RequestListener, ServerResponse } from "node:http"
import { Effect, Exit, Scope } from "effect"

/** One request at a time, from its arrival to the end of its answer. */
interface Place {
  readonly listener: RequestListener
  readonly scope: Scope.Closeable
  response: ServerResponse | null
}

/**
 * Where requests of Node are answered: a place for each that is open, kept for one that comes later.
 *
 * One scope for all requests, or a set of them, would be simpler, and was dearer: V8 replaces the table behind a Map or a Set after
 * so many changes, and what was in the old table outlives every collection of young objects. A third of all requests
 * grew old that way, and collecting held up the others for 20 ms at a time.
 */
export class Places {
  readonly #make: (scope: Scope.Scope) => RequestListener
  readonly #all: Array<Place> = []
  readonly #free: Array<Place> = []

  constructor(make: (scope: Scope.Scope) => RequestListener) {
    this.#make = make
  }

  readonly answer = (request: IncomingMessage, response: ServerResponse): void => {
    // Whoever asked has left while the host had something else to do first, and its end has been told already.
    if (response.closed) return
    const place = this.#free.pop() ?? this.#add()
    place.response = response
    response.once("close", () => {
      place.response = null
      this.#free.push(place)
    })
    place.listener(request, response)
  }

  /** What is being answered now. */
  get open(): ReadonlyArray<ServerResponse> {
    return this.#all.flatMap(({ response }) => (response === null ? [] : [response]))
  }

  /** Ends what is still answered. */
  readonly close = Effect.suspend(() =>
    Effect.forEach(this.#all, ({ scope }) => Scope.close(scope, Exit.void), { concurrency: "unbounded", discard: true })
  )

  #add(): Place {
    const scope = Scope.makeUnsafe()
    const place = { scope, listener: this.#make(scope), response: null }
    this.#all.push(place)
    return place
  }
}
