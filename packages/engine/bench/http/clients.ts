import { DomainName } from "@domainflow/core/DomainName"
import { HttpPersona } from "@domainflow/core/persona/HttpPersona"
import { Effect, Schema } from "effect"
import { Agent, fetch, request } from "undici"
import * as Guard from "../../src/http/Guard.ts"
import * as HttpStage from "../../src/http/HttpStage.ts"
import { ports, type Ready } from "./server.ts"

export type Scheme = keyof typeof ports

/** Fetches the pages of `count` hosts from `first` on. */
export type Client = (first: number, count: number) => Promise<void>

/** Connections open at the same time. */
const concurrency = 64

/** Every host is another name, as in a campaign: no connection is of use twice. */
const nameOf = (host: number): string => `h${host}.shop.test`
const protocol = { plain: "http", secure: "https" } as const

/** The whole of it: guard, deadline, redirects, body, hash, charset, title, text, verdict. */
export const domainflow =
  (server: Ready, scheme: Scheme): Client =>
  (first, count) =>
    Effect.gen(function* () {
      const { ask } = yield* HttpStage.make(
        Schema.decodeSync(HttpPersona)({ headers: { "accept-encoding": "identity" } }),
        {
          scan: () => ({ keywords: [], adHoc: [] }),
          lookup: () => Effect.succeed([server.address]),
          ports: [ports[scheme]],
          guard: Guard.make({ allow: ["loopback"] }),
          ca: [server.ca]
        }
      )
      yield* Effect.forEach(
        hosts(first, count),
        (host) =>
          Effect.map(ask(DomainName.make(nameOf(host))), ({ reason, snippet, status }) => {
            if (status !== "KeywordsNotFound" || snippet === null) throw new Error(`${status}: ${reason}`)
          }),
        { concurrency, discard: true }
      )
    }).pipe(Effect.scoped, Effect.runPromise)

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

const hosts = (first: number, count: number): ReadonlyArray<number> =>
  Array.from({ length: count }, (_, at) => first + at)
