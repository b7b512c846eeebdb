import { derive, die, type Shares } from "../Dice.ts"
import type { Door } from "../Network.ts"

/** What the web server of a name does. */
export type SiteKind = keyof typeof shares

/** Of 10,000 names that resolve. */
const shares = {
  /** Both ports; plain HTTP sends on to TLS, or serves the same page. */
  usual: 2_338,
  /** TLS is refused, plain HTTP serves the page. */
  plainOnly: 3_200,
  secureOnly: 700,
  /** The apex sends on to `www`. */
  toWww: 700,
  /** `/` sends on to a path of the same host, by a relative Location. */
  toPath: 350,
  /** Sends on to the landing page of a shared host. */
  toHost: 450,
  /** Sends on to an address that no guard may let pass. */
  toInside: 40,
  /** Sends on to a name that does not exist. */
  toNowhere: 20,
  /** Sends on in a circle. */
  loop: 20,
  /** Sends on for ever, each time to another path. */
  endless: 10,
  /** 401, 403, 429 or 451. */
  denied: 350,
  /** 404, 410, 500, 502 or 503. */
  broken: 550,
  /** 204, or 200 with nothing in it. */
  empty: 60,
  /** An image, a PDF or an archive. */
  binary: 80,
  /** A page with NUL characters and lone surrogates in it. */
  nul: 20,
  /** Says one charset and sends another. */
  mislabelled: 40,
  /** The certificate ended years ago. */
  expired: 130,
  selfSigned: 150,
  wrongHost: 130,
  /** Both ports refuse. */
  closed: 500,
  /** Accepts and says nothing. */
  silent: 10,
  /** Resets every connection. */
  resetting: 40,
  /** Resets in the middle of the body. */
  cutOff: 30,
  /** Answers after `slowMillis`. */
  slow: 40,
  /** Sends the body piece by piece. */
  dribbling: 20,
  /** A page of some megabytes. */
  huge: 4,
  /** 200 MB of zeros behind 200 kB of gzip. */
  bomb: 2,
  /** 1 MB of header fields. */
  hugeHeaders: 4,
  /** Says gzip and sends something else. */
  badGzip: 6,
  /** Another protocol on the ports. */
  notHttp: 6
} satisfies Shares<string>

export const siteKinds: Shares<SiteKind> = shares

/** How long a slow site thinks, in milliseconds. */
export const slowMillis = 300

export const siteKind = die(siteKinds, 10)

/** Which ports of its host are open. */
export const siteDoor = (seed: number): Door => {
  const kind = siteKind(seed)
  if (kind === "toWww" && derive(seed, 11) % 2 === 0) return "plain"
  return doors[kind] ?? "both"
}

// With a bad certificate the plain port is closed: a client that falls back to it comes to the same verdict.
const doors: Readonly<Partial<Record<SiteKind, Door>>> = {
  plainOnly: "plain",
  // A dozen handshakes for one verdict would be the dearest of all sites.
  endless: "plain",
  secureOnly: "secure",
  expired: "secure",
  selfSigned: "secure",
  wrongHost: "secure",
  closed: "closed"
}
