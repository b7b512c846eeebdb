import type { IncomingMessage, ServerResponse } from "node:http"
import { Context, Effect, Option, type Scope } from "effect"
import {
  Cookies,
  Headers,
  HttpBody,
  HttpClientRequest,
  HttpEffect,
  HttpServerRequest,
  type HttpServerResponse,
  UrlParams
} from "effect/http"
import { Peer } from "../session/Session.ts"
import { Feed, type Outlet } from "./Outlet.ts"

/** Whether a request is one for events: it is answered here, and by the general handler of the platform if it is not. */
export const isAsked = ({ method, url = "" }: IncomingMessage): boolean =>
  method === "GET" && /\/events(\?|$)/.test(url)

/**
 * Answers requests for events straight on the response of Node. The general handler would hold a fiber, its context and
 * two streams for as long as a client watches, which is most of what a thousand idle clients cost; here nothing of the
 * request is left once its head is sent.
 */
export const handler = (
  app: Effect.Effect<HttpServerResponse.HttpServerResponse, unknown, HttpServerRequest.HttpServerRequest | Scope.Scope>,
  services: Context.Context<never>
): ((request: IncomingMessage, response: ServerResponse) => void) => {
  const handled = HttpEffect.toHandled(app, (_, answer) => Effect.map(Answered, (response) => send(answer, response)))
  return (request, response) => {
    const context = services.pipe(
      Context.add(HttpServerRequest.HttpServerRequest, askedOf(request)),
      Context.add(Peer, request.socket.remoteAddress ?? null),
      Context.add(Answered, response)
    )
    const fiber = Effect.runForkWith(context)(handled)
    const leave = () => fiber.interruptUnsafe()
    response.once("close", leave)
    fiber.addObserver(() => response.off("close", leave))
  }
}

/** Where a request for events is answered. */
class Answered extends Context.Service<Answered, ServerResponse>()("@domainflow/http-adapter/NodeEvents/Answered") {}

/** Nobody looks at the host of a request that changes nothing. */
const base = "http://host"

/** As the platform takes it, without a `Request` of the web: nobody asks more of it, and it would cost as much as a campaign. */
const askedOf = ({ headers, url = "" }: IncomingMessage) =>
  HttpServerRequest.fromClientRequest(
    HttpClientRequest.makeWith(
      "GET",
      url.startsWith("/") ? base + url : url,
      UrlParams.empty,
      Option.none(),
      Headers.fromInput(headers),
      HttpBody.empty
    )
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
