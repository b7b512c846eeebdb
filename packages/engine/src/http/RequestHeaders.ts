import type { HttpPersona } from "@domainflow/core/persona/HttpPersona"

/** The header lines of a persona's requests. */
export interface RequestHeaders {
  /**
   * Names and values in turn, in the persona's order. `cookie` is what the visit so far has brought; what is meant for
   * the first host alone, credentials and the persona's own cookies, is left out where `isSameParty` is false.
   */
  readonly lines: (cookie: string | null, isSameParty: boolean) => Array<string>
  /** `Connection: keep-alive` is said, as a browser does; the connection is closed all the same. */
  readonly saysKeepAlive: boolean
  /**
   * Puts the lines of a request as undici writes it, Host and Connection first, into the persona's order; undefined
   * where that order says nothing about those two.
   */
  readonly rearrange: ((head: string) => string) | undefined
}

export const make = (persona: HttpPersona): RequestHeaders => {
  const said = new Map<string, readonly [name: string, value: string]>()
  for (const [name, value] of defaults) said.set(name.toLowerCase(), [name, value])
  said.set("user-agent", ["User-Agent", persona.userAgent])
  for (const [name, value] of Object.entries(persona.headers)) said.set(name.toLowerCase(), [name, value])

  const connection = said.get("connection")?.[1] ?? ""
  said.delete("connection")
  const own = said.get("cookie")?.[1] ?? null
  said.delete("cookie")
  const usesOwn = persona.cookieHandling.mode !== "none"

  const order = new Map(persona.headerOrder.map((name, at) => [name.toLowerCase(), { at, name }]))
  const rank = (name: string) => order.get(name.toLowerCase())?.at ?? order.size
  const spelt = (name: string) => order.get(name.toLowerCase())?.name ?? name
  // Host stays first unless the persona puts it elsewhere (RFC 9110 7.2).
  const placed = (name: string) => (name === "host" && !order.has(name) ? -1 : rank(name))

  const build = (cookie: string | null, isSameParty: boolean): Array<string> => {
    const sent = [...said.values()].filter(([name]) => isSameParty || !personal.has(name.toLowerCase()))
    const cookies = [usesOwn && isSameParty ? own : null, cookie].filter((value) => value !== null).join("; ")
    if (cookies !== "") sent.push(["Cookie", cookies])
    if (order.size > 0) sent.sort(([a], [b]) => rank(a) - rank(b))
    return sent.flatMap(([name, value]) => [spelt(name), value])
  }
  const usual = build(null, true)
  return {
    lines: (cookie, isSameParty) => (cookie === null && isSameParty ? usual : build(cookie, isSameParty)),
    saysKeepAlive: /\bkeep-alive\b/i.test(connection),
    rearrange: order.has("host") || order.has("connection") ? (head) => rearranged(head, placed, spelt) : undefined
  }
}

/** What browsers say, so that pages come as a reader would get them. */
const defaults: ReadonlyArray<readonly [string, string]> = [
  ["User-Agent", ""],
  ["Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"],
  ["Accept-Encoding", "gzip, deflate, br, zstd"]
]

/** Meant for one host alone. */
const personal = new Set(["authorization", "cookie"])

const rearranged = (head: string, placed: (name: string) => number, spelt: (name: string) => string): string => {
  const [request = "", ...rest] = head.split("\r\n")
  const lines = rest
    .filter((line) => line !== "")
    .map((line) => ({ name: line.slice(0, line.indexOf(":")), rest: line.slice(line.indexOf(":")) }))
  lines.sort((a, b) => placed(a.name) - placed(b.name))
  return [request, ...lines.map(({ name, rest }) => spelt(name) + rest), "", ""].join("\r\n")
}
