import type { IncomingMessage, ServerResponse } from "node:http"
import { Context, Effect, type Scope } from "effect"
import { Cookies, HttpEffect, HttpServerRequest, type HttpServerResponse } from "effect/http"
import { Peer } from "../session/Session.ts"
import { Feed, type Outlet } from "./Outlet.ts"

/** Whether a request is one for events: it is answered here, and by the general handler of the platform if it is not. */
export const isAsked = ({ method, url = "" }: IncomingMessage): boolean =>
  method === "GET" && /\/events(\?|$)/.test(url) && URL.canParse(url, base)

/** Nobody looks at the host of a request that changes nothing. */
const base = "http://host"

/**
 * Answers requests for events straight on the response of Node. The general handler would hold a fiber, its context and
 * two streams for as long as a client watches, which is most of what a thousand idle clients cost; here nothing of the
 * request is left once its head is sent.
 */
export const handler =
  (
    app: Effect.Effect<
      HttpServerResponse.HttpServerResponse,
      unknown,
      HttpServerRequest.HttpServerRequest | Scope.Scope
    >,
    services: Context.Context<never>
  ) =>
  (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? "", base)
    const asked = HttpServerRequest.fromWeb(new Request(url, { headers: headersOf(request) }))
    const context = services.pipe(
      Context.add(HttpServerRequest.HttpServerRequest, asked),
      Context.add(Peer, request.socket.remoteAddress ?? null)
    )
    const handled = HttpEffect.toHandled(app, (_, answer) => Effect.sync(() => send(answer, response)))
    const fiber = Effect.runForkWith(context)(handled)
    const leave = () => fiber.interruptUnsafe()
    response.once("close", leave)
    fiber.addObserver(() => response.off("close", leave))
  }

const headersOf = ({ headers }: IncomingMessage) =>
  Object.entries(headers).flatMap(
    ([name, value]): Array<[string, string]> =>
      value === undefined || name.startsWith(":") ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]]
  )

const send = (answer: HttpServerResponse.HttpServerResponse, response: ServerResponse): void => {
  if (response.destroyed) return
  const cookies = Cookies.toSetCookieHeaders(answer.cookies)
  const { body } = answer
  const feed = body._tag === "Raw" && body.body instanceof Feed ? body.body : null
  const headers = {
    ...answer.headers,
    ...(cookies.length === 0 ? {} : { "set-cookie": cookies }),
    ...(feed === null ? {} : { connection: "close" })
  }
  // The connection ends with the events: what frames a body for the next answer would be written to nobody's use.
  if (feed !== null) response.removeHeader("transfer-encoding")
  response.writeHead(answer.status, headers)
  if (feed === null) {
    response.end(body._tag === "Uint8Array" ? body.body : undefined)
    return
  }
  response.flushHeaders()
  response.once("close", feed.join(outletOf(response)))
}

const outletOf = (response: ServerResponse): Outlet => ({
  write: (bytes) => void response.write(bytes),
  waiting: () => response.writableLength,
  end: () => void response.end(),
  drop: () => void response.destroy()
})
