import { InvalidProxy, Proxy, ProxyNotFound, ProxyProtocol, ProxyTaken } from "@domainflow/core/proxy/Proxy"
import { ProxyId } from "@domainflow/core/proxy/ProxyId"
import { Schema, Struct } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import { Secret } from "../auth/AuthApi.ts"
import * as Pages from "../Pages.ts"
import { problem } from "../problem/Problem.ts"
import { Needs } from "../session/Needs.ts"
import { Session } from "../session/Session.ts"

/** The host has not said how proxies are tried. */
export class NotOffered extends Schema.TaggedError<NotOffered>()("NotOffered", {}) {
  override get message() {
    return "this installation does not try proxies on demand"
  }
}

const notFound = problem(ProxyNotFound, 404, "There is no such proxy")
const taken = problem(ProxyTaken, 409, "A proxy has this name or address already")
const invalid = problem(InvalidProxy, 422, "The proxy cannot be saved")

const params = { id: ProxyId }
const text = (length: number) => Schema.String.check(Schema.isMaxLength(length))
const required = { name: text(255), address: text(255), protocol: ProxyProtocol }
const Change = Schema.Struct({
  ...required,
  description: Schema.NullOr(Schema.String),
  username: Schema.NullOr(text(255)),
  /** Goes in, and never comes out again. */
  password: Schema.NullOr(Secret),
  isEnabled: Schema.Boolean,
  city: Schema.NullOr(text(255)),
  countryCode: Schema.NullOr(text(5)),
  provider: Schema.NullOr(text(255))
}).mapFields(Struct.map(Schema.optionalKey))

export class ProxiesApi extends HttpApiGroup.make("proxies")
  .add(
    HttpApiEndpoint.get("list", "/", {
      query: Pages.query,
      success: Pages.pageOf(Proxy),
      error: Pages.invalidCursor
    }).annotate(Needs, "proxies:read"),
    HttpApiEndpoint.post("create", "/", {
      payload: Schema.Struct({ ...Change.fields, ...required }),
      success: Proxy.pipe(HttpApiSchema.status(201)),
      error: [taken, invalid]
    }).annotate(Needs, "proxies:create"),
    HttpApiEndpoint.get("get", "/:id", { params, success: Proxy, error: notFound }).annotate(Needs, "proxies:read"),
    HttpApiEndpoint.patch("update", "/:id", {
      params,
      payload: Change,
      success: Proxy,
      error: [notFound, taken, invalid]
    }).annotate(Needs, "proxies:update"),
    HttpApiEndpoint.post("test", "/:id/test", {
      params,
      success: Proxy,
      error: [notFound, problem(NotOffered, 501, "This is not offered here")]
    }).annotate(Needs, "proxies:update"),
    HttpApiEndpoint.delete("remove", "/:id", { params, success: HttpApiSchema.NoContent, error: notFound }).annotate(
      Needs,
      "proxies:delete"
    )
  )
  .middleware(Session)
  .prefix("/proxies") {}
