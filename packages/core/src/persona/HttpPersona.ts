import { Schema } from "effect"
import { or } from "./Setting.ts"
import { cipherName, curveName, isOfTls13, TlsVersion, tlsAge } from "./Tls.ts"

/** Who says it is asking, where a persona does not name a user agent. */
export const defaultUserAgent = "Mozilla/5.0 (compatible; DomainFlow; +https://github.com/domainflow/domainflow)"

/** RFC 9110 5.6.2: what a field name is made of. */
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** RFC 9110 5.5: visible characters, spaces and tabs between them. A line break here would be a second header. */
const fieldValue = /^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/

/** Fields that frame the message or name its target: the client writes them itself. */
const reserved = new Set([
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade"
])

const HeaderName = Schema.String.check(Schema.isPattern(token, { message: "expected a header name (RFC 9110 5.6.2)" }))
const HeaderValue = Schema.String.check(
  Schema.isPattern(fieldValue, { message: "expected a header value: Latin-1, no line breaks or control characters" })
)

const Headers = Schema.Record(Schema.String, HeaderValue).check(
  Schema.makeFilter((headers) => {
    const seen = new Set<string>()
    return Object.keys(headers).flatMap((name) => {
      const lower = name.toLowerCase()
      const issue = !token.test(name)
        ? "expected a header name (RFC 9110 5.6.2)"
        : reserved.has(lower)
          ? "the client sets this header itself"
          : seen.has(lower)
            ? "the same header twice"
            : undefined
      seen.add(lower)
      return issue === undefined ? [] : [{ path: [name], issue }]
    })
  })
)

const known = (name: (given: string) => string | undefined, what: string) =>
  Schema.String.check(Schema.makeFilter((given: string) => name(given) !== undefined || `not a ${what} we can speak`))

/** An object whose other keys are kept as they are. */
const open = <Fields extends Schema.Struct.Fields>(fields: Fields) =>
  Schema.StructWithRest(Schema.Struct(fields), [Schema.Record(Schema.String, Schema.Unknown)])

const TlsClientHello = open({
  minVersion: or(Schema.NullOr(TlsVersion), null),
  maxVersion: or(Schema.NullOr(TlsVersion), null),
  /** In order of preference, by registered or OpenSSL names; empty: the platform's own. */
  cipherSuites: or(Schema.Array(known(cipherName, "cipher suite")), []),
  /** In order of preference; empty: the platform's own. */
  curvePreferences: or(Schema.Array(known(curveName, "curve")), [])
}).check(
  Schema.makeFilter(({ cipherSuites, maxVersion, minVersion }) => {
    const oldest = tlsAge[minVersion ?? "TLS10"]
    const newest = tlsAge[maxVersion ?? "TLS13"]
    if (oldest > newest) return { path: ["minVersion"], issue: "minVersion is newer than maxVersion" }
    const isSpoken = (suite: string) => (isOfTls13(suite) ? newest === tlsAge.TLS13 : oldest < tlsAge.TLS13)
    return cipherSuites.length === 0 || cipherSuites.some(isSpoken)
      ? undefined
      : { path: ["cipherSuites"], issue: "no suite is of a version between minVersion and maxVersion" }
  })
)

/**
 * What is done with cookies. `session`: those a site sets are sent back to it within one name's fetch, redirects
 * included, and then forgotten. `ignore`: what a site sets is not kept; a `Cookie` header of the persona is sent.
 * `none`: no cookie is ever sent, the persona's own included.
 */
export const CookieMode = Schema.Literals(["session", "none", "ignore"])
export type CookieMode = typeof CookieMode.Type

const StatusCode = Schema.Int.check(Schema.isBetween({ minimum: 100, maximum: 599 }))

/**
 * How pages are asked for: `config_details` of a persona of type `http`. Keys that are not ours are kept as they are.
 * The numbers are seconds and names a second.
 */
export const HttpPersona = open({
  userAgent: or(HeaderValue.check(Schema.isNonEmpty()), defaultUserAgent),
  /** Sent beside, or instead of, those the client would send; `User-Agent` here beats `userAgent`. */
  headers: or(Headers, {}),
  /** Names in the order they are sent, in the case they are written here; those not named follow. */
  headerOrder: or(Schema.Array(HeaderName), []),
  tlsClientHello: or(TlsClientHello, {}),
  http2Settings: or(open({ enabled: or(Schema.Boolean, false) }), {}),
  cookieHandling: or(open({ mode: or(CookieMode, "session") }), {}),
  /** For the whole fetch of a name, redirects included. */
  requestTimeoutSeconds: or(Schema.Finite.check(Schema.isGreaterThan(0), Schema.isLessThanOrEqualTo(600)), 15),
  followRedirects: or(Schema.Boolean, true),
  /** Where given, exactly these are accepted instead of any 2xx; they are judged after redirects were followed. */
  allowedStatusCodes: or(Schema.NullOr(Schema.NonEmptyArray(StatusCode)), null),
  /** 0: as fast as the campaign goes. */
  rateLimitDps: or(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 })), 0),
  /** Names that may start at once before the rate holds; 0 counts as 1. */
  rateLimitBurst: or(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 })), 0),
  /** Each must stand in the page, in its text or its source, whatever the case. */
  requiredContent: or(Schema.Array(Schema.NonEmptyString), []),
  /** None may. */
  forbiddenContent: or(Schema.Array(Schema.NonEmptyString), []),
  notes: or(Schema.String, "")
})
export type HttpPersona = typeof HttpPersona.Type
