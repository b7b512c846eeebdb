import { derive, seed as seedOf } from "../Dice.ts"
import { hostOf, registrant } from "../dns/Host.ts"
import type { Door, Network } from "../Network.ts"
import { type Document, document } from "../pages/Pages.ts"
import * as Special from "../pages/Special.ts"
import { binaries } from "./Bodies.ts"
import type { Encoding } from "./Encoding.ts"
import type { Redirect, Reply, Shown } from "./Reply.ts"
import { type SiteKind, siteDoor, siteKind, slowMillis } from "./SiteKind.ts"

/** The web server of one name. */
export interface Site {
  readonly kind: SiteKind | "asterisk" | "landing" | "www"
  /** Which of the two ports it opens. */
  readonly door: Door
  readonly certificate: Certificate
  readonly reply: (request: Request) => Reply
}

export type Certificate = "good" | "expired" | "notYetValid" | "selfSigned" | "wrongHost"

export interface Request {
  readonly secure: boolean
  /** Path and query. */
  readonly path: string
}

/** What answers for `name`, in lower case; null where no server of this internet does. */
export const siteOf = (network: Network, name: string): Site | null => {
  const host = hostOf(network, name)
  if (host.kind === "wildcard") return pageAt("asterisk", Special.asterisk(name))
  if (name.endsWith(".hosting.test")) return pageAt("landing", Special.landing(name))
  const owner = registrant(name)
  if (owner !== name) return host.a.length > 0 ? pageAt("www", document(owner, seedOf(owner))) : null
  const served = host.alias !== null || host.a.length + host.aaaa.length > 0
  return served && host.kind !== "own" ? ordinary(network, name) : null
}

const pageAt = (kind: Site["kind"], document: Document): Site => ({
  kind,
  door: "both",
  certificate: "good",
  reply: () => shown(document, seedOf(document.page.title))
})

const ordinary = (network: Network, name: string): Site => {
  const seed = seedOf(name)
  const kind = siteKind(seed)
  return {
    kind,
    door: siteDoor(seed),
    certificate: kind === "expired" || kind === "selfSigned" || kind === "wrongHost" ? kind : "good",
    reply: (request) => replies[kind]({ network, name, seed, ...request })
  }
}

interface Visit extends Request {
  readonly network: Network
  readonly name: string
  readonly seed: number
}

const page = (visit: Visit): Shown => shown(document(visit.name, visit.seed), visit.seed)

const replies: Record<SiteKind, (visit: Visit) => Reply> = {
  usual: (visit) =>
    visit.secure || derive(visit.seed, 40) % 10 < 3
      ? page(visit)
      : redirect(visit.seed, `https://${visit.name}:${visit.network.ports.https}${visit.path}`),
  plainOnly: page,
  secureOnly: page,
  toWww: ({ network, name, seed }) => redirect(seed, `https://www.${name}:${network.ports.https}/`),
  toPath: (visit) => (visit.path === "/" ? redirect(visit.seed, choose(visit.seed, 41, paths)) : page(visit)),
  toHost: ({ network, name, seed }) =>
    redirect(
      seed,
      derive(seed, 42) % 3 === 0
        ? `http://landing-${derive(seed, 43) % 12}.hosting.test:${network.ports.http}/?from=${name}`
        : `https://landing-${derive(seed, 43) % 12}.hosting.test:${network.ports.https}/?from=${name}`
    ),
  toInside: ({ network, seed }) =>
    redirect(
      seed,
      choose(seed, 44, [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:10.0.0.1]/",
        "http://0x0a000001/",
        `https://wiki.intranet.test:${network.ports.https}/`
      ])
    ),
  toNowhere: ({ network, seed }) => redirect(seed, `https://moved.gone.test:${network.ports.https}/`),
  loop: ({ path, seed }) => redirect(seed, path === "/?turn=2" ? "/" : "/?turn=2"),
  endless: ({ path, seed }) => redirect(seed, `/step/${Number(/^\/step\/(\d+)$/.exec(path)?.[1] ?? 0) + 1}`),
  denied: ({ name, seed }) => message(name, seed, choose(seed, 45, [403, 403, 403, 401, 429, 451])),
  broken: ({ name, seed }) => message(name, seed, choose(seed, 46, [404, 404, 404, 410, 500, 502, 503])),
  empty: ({ seed }) =>
    derive(seed, 47) % 3 === 0
      ? { _tag: "Bytes", status: 204, type: null, body: Buffer.alloc(0) }
      : { _tag: "Bytes", status: 200, type: "text/html; charset=utf-8", body: Buffer.alloc(0) },
  binary: ({ seed }) => ({ _tag: "Bytes", status: 200, ...choose(seed, 48, binaries) }),
  nul: ({ name, seed }) => shown(Special.withNul(name, seed), seed),
  mislabelled: ({ name, seed }) => shown(Special.mislabelled(name, seed), seed),
  expired: page,
  selfSigned: page,
  wrongHost: page,
  closed: () => ({ _tag: "Reset" }),
  silent: () => ({ _tag: "Silence" }),
  resetting: () => ({ _tag: "Reset" }),
  cutOff: () => ({ _tag: "CutOff" }),
  slow: (visit) => ({ ...page(visit), delayMillis: slowMillis }),
  dribbling: (visit) => ({ ...page(visit), pieces: 5 }),
  // Compressing megabytes would keep everybody else waiting.
  huge: ({ name, seed }) => ({ ...shown(Special.huge(name, seed), seed), encoding: "identity" }),
  bomb: () => ({ _tag: "Bomb" }),
  hugeHeaders: () => ({ _tag: "HugeHeaders" }),
  badGzip: () => ({ _tag: "BadGzip" }),
  notHttp: () => ({ _tag: "NotHttp" })
}

const paths = ["/home", "/en/", "/index.php?lang=en", "/welcome.html", "home/start"]

const choose = <A>(seed: number, salt: number, from: ReadonlyArray<A>): A => from[derive(seed, salt) % from.length]!

const shown = (document: Document, seed: number): Shown => ({
  _tag: "Shown",
  status: 200,
  document,
  encoding: choose(seed, 49, mix),
  delayMillis: 0,
  pieces: 1
})

const message = (name: string, seed: number, status: number): Shown => ({
  ...shown(Special.message(name, seed, status), seed),
  status
})

const redirect = (seed: number, location: string): Redirect => ({
  _tag: "Redirect",
  status: choose(seed, 50, [301, 301, 302, 302, 303, 307, 308]),
  location
})

/** In the shares that servers have: mostly gzip. */
const mix: ReadonlyArray<Encoding> = [
  ...Array<Encoding>(12).fill("identity"),
  ...Array<Encoding>(22).fill("gzip"),
  ...Array<Encoding>(8).fill("br"),
  ...Array<Encoding>(3).fill("deflate"),
  "raw-deflate",
  ...Array<Encoding>(3).fill("zstd"),
  "gzip, br"
]
