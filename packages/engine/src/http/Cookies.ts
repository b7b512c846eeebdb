/** The cookies of one name's fetch (RFC 6265 5, as far as a visit of seconds needs it). */
export class Cookies {
  readonly #kept = new Map<string, Cookie>()

  /** Keeps what a response from `url` sets; `now` in milliseconds since the epoch. */
  store(url: URL, setCookie: ReadonlyArray<string>, now: number): void {
    for (const line of setCookie) {
      const cookie = parse(line, url, now)
      if (cookie === null) continue
      const key = `${cookie.name};${cookie.domain};${cookie.path}`
      this.#kept.delete(key)
      if (!cookie.isExpired && this.#kept.size < mostCookies) this.#kept.set(key, cookie)
    }
  }

  /** The value of `Cookie` for a request to `url`, longest paths first; null when there is none to send. */
  header(url: URL): string | null {
    if (this.#kept.size === 0) return null
    const sent = [...this.#kept.values()]
      .filter((cookie) => isMeantFor(cookie, url))
      .sort((a, b) => b.path.length - a.path.length)
      .map(({ name, value }) => (name === "" ? value : `${name}=${value}`))
    return sent.length === 0 ? null : sent.join("; ")
  }
}

/** RFC 6265 6.1 asks for 50 a domain; a visit meets few domains. */
const mostCookies = 50
/** Octets of name and value together, as in RFC 6265 6.1. */
const mostOctets = 4_096

interface Cookie {
  readonly name: string
  readonly value: string
  readonly domain: string
  /** Only for `domain` itself, not for names below it. */
  readonly isHostOnly: boolean
  readonly path: string
  readonly isSecure: boolean
  readonly isExpired: boolean
}

const parse = (line: string, url: URL, now: number): Cookie | null => {
  const [pair = "", ...attributes] = line.split(";")
  const equals = pair.indexOf("=")
  const name = pair.slice(0, Math.max(0, equals)).trim()
  const value = pair.slice(equals + 1).trim()
  // A cookie goes out in a header: what could end its line never comes in.
  if (name + value === "" || name.length + value.length > mostOctets || /[^\t\x20-\x7e\x80-\xff]/.test(name + value))
    return null

  const said = new Map<string, string>()
  for (const attribute of attributes) {
    const at = attribute.indexOf("=")
    const key = (at < 0 ? attribute : attribute.slice(0, at)).trim().toLowerCase()
    said.set(key, at < 0 ? "" : attribute.slice(at + 1).trim())
  }
  const domain = (said.get("domain") ?? "").replace(/^\./, "").toLowerCase()
  // A domain of one label would be everybody's.
  if (domain !== "" && (!isWithin(url.hostname, domain) || (!domain.includes(".") && domain !== url.hostname)))
    return null
  const isSecure = said.has("secure")
  if (isSecure && url.protocol !== "https:") return null
  const path = said.get("path")
  return {
    name,
    value,
    domain: domain === "" ? url.hostname : domain,
    isHostOnly: domain === "",
    path: path?.startsWith("/") ? path : defaultPath(url.pathname),
    isSecure,
    isExpired: expires(said) <= now
  }
}

const expires = (said: ReadonlyMap<string, string>): number => {
  const maxAge = said.get("max-age")
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return Number(maxAge) > 0 ? Infinity : -Infinity
  const date = Date.parse(said.get("expires") ?? "")
  return Number.isNaN(date) ? Infinity : date
}

const defaultPath = (path: string): string => {
  const slash = path.lastIndexOf("/")
  return slash <= 0 ? "/" : path.slice(0, slash)
}

const isWithin = (host: string, domain: string): boolean => host === domain || host.endsWith(`.${domain}`)

const isMeantFor = (cookie: Cookie, url: URL): boolean =>
  (cookie.isHostOnly ? url.hostname === cookie.domain : isWithin(url.hostname, cookie.domain)) &&
  (!cookie.isSecure || url.protocol === "https:") &&
  (url.pathname === cookie.path ||
    (url.pathname.startsWith(cookie.path) && (cookie.path.endsWith("/") || url.pathname[cookie.path.length] === "/")))
