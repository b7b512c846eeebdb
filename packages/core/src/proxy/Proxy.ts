import { Schema } from "effect"
import { orNull } from "../Column.ts"
import { ProxyId } from "./ProxyId.ts"

export const ProxyProtocol = Schema.Literals(["http", "https", "socks5"])
export type ProxyProtocol = typeof ProxyProtocol.Type

export const ProxyStrategy = Schema.Literals(["round_robin", "random", "weighted", "failover", "least_latency"])
export type ProxyStrategy = typeof ProxyStrategy.Type

/**
 * A proxy to ask through: a row of `proxies`. `passwordHash` is the schema's name for what holds the sealed secret
 * (`enc:v1:…`); it is not part of the model, `Proxies.secret` opens it for the one who dials.
 */
export class Proxy extends Schema.Class<Proxy>("@domainflow/core/Proxy")({
  id: ProxyId,
  /** Not empty where it was created through us. */
  name: Schema.String,
  description: Schema.NullOr(Schema.String),
  /** `host:port` without credentials; version 6 in brackets. */
  address: Schema.String,
  protocol: Schema.NullOr(ProxyProtocol),
  username: Schema.NullOr(Schema.String),
  host: Schema.NullOr(Schema.String),
  port: Schema.NullOr(Schema.Int),
  isEnabled: Schema.Boolean,
  isHealthy: Schema.Boolean,
  lastStatus: Schema.NullOr(Schema.String),
  lastCheckedAt: orNull(Schema.Date),
  latencyMs: Schema.NullOr(Schema.Int),
  city: Schema.NullOr(Schema.String),
  countryCode: Schema.NullOr(Schema.String),
  provider: Schema.NullOr(Schema.String),
  createdAt: Schema.Date,
  updatedAt: Schema.Date
}) {}

export class ProxyNotFound extends Schema.TaggedError<ProxyNotFound>()("ProxyNotFound", { proxyId: ProxyId }) {
  override get message() {
    return `proxy ${this.proxyId} does not exist`
  }
}

/** Another proxy has this name or this address. */
export class ProxyTaken extends Schema.TaggedError<ProxyTaken>()("ProxyTaken", {
  field: Schema.Literals(["name", "address"]),
  value: Schema.String
}) {
  override get message() {
    return `there is a proxy with the ${this.field} "${this.value}" already`
  }
}

/**
 * What stands where the proxy's secret should does not open: a hash that an older installation kept, an envelope whose key
 * is gone. The row keeps it. `status` says it as a proxy's health does.
 */
export class NoUsableSecret extends Schema.TaggedError<NoUsableSecret>()("NoUsableSecret", {
  proxyId: ProxyId,
  reason: Schema.String
}) {
  get status() {
    return `no usable secret: ${this.reason}`
  }
  override get message() {
    return `proxy ${this.proxyId}: ${this.status}`
  }
}

export class InvalidProxy extends Schema.TaggedError<InvalidProxy>()("InvalidProxy", {
  path: Schema.String,
  reason: Schema.String
}) {
  override get message() {
    return `the proxy cannot be saved: ${this.path}: ${this.reason}`
  }
}
