import { DomainName } from "@domainflow/core/DomainName"
import { HttpPersona } from "@domainflow/core/persona/HttpPersona"
import { Effect, Schema } from "effect"
import { Agent, fetch, request } from "undici"
import * as Guard from "../../src/http/Guard.ts"
import * as HttpStage from "../../src/http/HttpStage.ts"
import * as Limits from "../../src/http/Limits.ts"
import * as RequestHeaders from "../../src/http/RequestHeaders.ts"
import { direct } from "../../src/http/Road.ts"
import * as Tls from "../../src/http/Tls.ts"
import * as Visit from "../../src/http/Visit.ts"
import { ports } from "./ports.ts"
import type { Ready } from "./server.ts"

export type Scheme = keyof typeof ports

/** Fetches the pages of `count` hosts from `first` on. */
export type Client = (first: number, count: number) => Promise<void>

/** Connections open at the same time. */
const concurrency = 64

/** Every host is another name, as in a campaign: no connection is of use twice. */
const nameOf = (host: number): string => `h${host}.shop.test`
const protocol = { plain: "http", secure: "https" } as const

const persona = Schema.decodeSync(HttpPersona)({})
const guard = Guard.make({ allow: ["loopback"] })

/** Bytes, and what a campaign cannot do without: guard, deadline, redirects, limits, closed connections. */
export const visit = ({ address, ca }: Ready, scheme: Scheme): Client => {
  const visit = Visit.make({
    tls: Tls.make(persona, [ca]),
    headers: RequestHeaders.make(persona),
    cookies: "session",
    followsRedirects: true,
    lookup: () => Effect.succeed([address]),
    guard,
    limits: Limits.defaults,
    ports: [ports[scheme]],
    timeoutSeconds: 15
  })
  return effects((name) =>
    Effect.flatMap(direct.next, (road) =>
      Effect.map(
        visit(name, road, { urls: [], port: null, doing: "", isForProxy: false }),
        ({ response: { body } }) => {
          if (body.length === 0) throw new Error("an empty page")
          body.release()
        }
      )
    )
  )
}

/** All of it: the page's SHA-256, its charset, title, text and verdict too. */
export const stage = ({ address, ca }: Ready, scheme: Scheme): Client => {
  const { ask } = Effect.runSync(
    Effect.scoped(
      HttpStage.make(persona, {
        scan: () => ({ keywords: [], adHoc: [] }),
        lookup: () => Effect.succeed([address]),
        ports: [ports[scheme]],
        guard,
        ca: [ca]
      })
    )
  )
  return effects((name) =>
    Effect.map(ask(name), ({ reason, snippet, status }) => {
      if (status !== "KeywordsNotFound" || snippet === null) throw new Error(`${status}: ${reason}`)
    })
  )
}

const effects =
  <E>(get: (name: DomainName) => Effect.Effect<void, E>): Client =>
  (first, count) =>
    Effect.runPromise(
      Effect.forEach(
        Array.from({ length: count }, (_, at) => DomainName.make(nameOf(first + at))),
        get,
        { concurrency, discard: true }
      )
    )

/** Bytes, and no more. */
export const undiciFetch = (server: Ready, scheme: Scheme): Client => {
  const dispatcher = agent(server)
  return crowd(async (host) => {
    const response = await fetch(`${protocol[scheme]}://${nameOf(host)}:${ports[scheme]}/`, { dispatcher })
    return (await response.arrayBuffer()).byteLength
  })
}

/** Bytes, and no more. */
export const undiciRequest = (server: Ready, scheme: Scheme): Client => {
  const dispatcher = agent(server)
  return crowd(async (host) => {
    const { body } = await request(`${protocol[scheme]}://${nameOf(host)}:${ports[scheme]}/`, { dispatcher })
    return (await body.arrayBuffer()).byteLength
  })
}

/** Tuned as far as its options go: nothing is kept that will not be used again. */
const agent = ({ address, ca }: Ready): Agent =>
  new Agent({
    pipelining: 0,
    allowH2: false,
    connect: {
      ca,
      lookup: (_, { all }, callback) => (all ? callback(null, [{ address, family: 4 }]) : callback(null, address, 4))
    }
  })

const crowd =
  (get: (host: number) => Promise<number>): Client =>
  async (first, count) => {
    let next = first
    const visitor = async () => {
      while (next < first + count) if ((await get(next++)) === 0) throw new Error("an empty page")
    }
    await Promise.all(Array.from({ length: concurrency }, visitor))
  }
