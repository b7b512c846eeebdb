import { isUtf8 } from "node:buffer"
import { type Fault, fault } from "./Fault.ts"

/** RFC 9110 15.4: the codes whose Location is followed. 300 and 304 are answers, 305 and 306 are history. */
export const isRedirect = (status: number): boolean =>
  status === 301 || status === 302 || status === 303 || status === 307 || status === 308

/** Where a redirect leads, without fragment and credentials; a fault where that is no page of HTTP. */
export const follow = (from: URL, location: string): URL | Fault => {
  const url = URL.parse(utf8(location), from.href)
  if (url === null) return fault("Error", `redirected to "${shown(location)}", which is no URL`)
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return fault("Error", `redirected to "${shown(location)}", which is not HTTP`)
  url.hash = ""
  url.username = ""
  url.password = ""
  return url
}

/**
 * Whether what was meant for `from` (a persona's credentials and cookies) may be sent to `to`: the same origin, or the
 * same host's TLS on the usual ports.
 */
export const isSameParty = (from: URL, to: URL): boolean =>
  from.origin === to.origin ||
  (from.hostname === to.hostname &&
    from.protocol === "http:" &&
    to.protocol === "https:" &&
    from.port === "" &&
    to.port === "")

/** Header values come as Latin-1; what servers put there, against RFC 9110 10.2.2, is UTF-8. */
const utf8 = (value: string): string => {
  if (!/[\x80-\xff]/.test(value)) return value
  const bytes = Buffer.from(value, "latin1")
  return isUtf8(bytes) ? bytes.toString("utf8") : value
}

const shown = (location: string): string => location.slice(0, 200)
