import { deviceDays } from "@domainflow/core/auth/limits"
import { Effect, Redacted } from "effect"
import { HttpServerRequest } from "effect/http"
import { HttpApiBuilder, HttpApiSecurity } from "effect/http-api"

/** The token of a session. `__Host-` binds it to this very host, over TLS, for every path (RFC 6265bis 4.1.3.2). */
export const sessionCookie = HttpApiSecurity.apiKey({ key: "__Host-domainflow-session", in: "cookie" })

/** What makes a browser the known device of whoever logged in with it. */
export const deviceCookie = HttpApiSecurity.apiKey({ key: "__Host-domainflow-device", in: "cookie" })

const attributes = { path: "/", sameSite: "lax", secure: true, httpOnly: true } as const

/** Until the browser is closed: how long a session lives is the server's to say. */
export const setSession = (token: Redacted.Redacted) =>
  HttpApiBuilder.securitySetCookie(sessionCookie, token, attributes)

export const forgetSession = HttpApiBuilder.securitySetCookie(sessionCookie, "", { ...attributes, maxAge: 0 })

export const setDevice = (token: Redacted.Redacted) =>
  HttpApiBuilder.securitySetCookie(deviceCookie, token, { ...attributes, maxAge: `${deviceDays} days` })

/** The secret of a cookie, null where the browser shows none. */
export const shown = (cookie: HttpApiSecurity.ApiKey) =>
  Effect.map(HttpServerRequest.HttpServerRequest, ({ cookies }): Redacted.Redacted | null => {
    const value = cookies[cookie.key]
    return value === undefined || value === "" ? null : Redacted.make(value, { label: "token" })
  })
