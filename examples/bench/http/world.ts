import { once } from "node:events"
import { connect } from "node:net"
import { Grant } from "@domainflow/core/auth/Grant"
import { proven } from "@domainflow/core/auth/Password"
import { PasswordHasher } from "@domainflow/core/auth/PasswordHasher"
import { RoleName } from "@domainflow/core/auth/Role"
import { Email } from "@domainflow/core/auth/User"
import type { UserId } from "@domainflow/core/auth/UserId"
import { Users } from "@domainflow/core/auth/Users"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import * as Ids from "@domainflow/core/Ids"
import { Effect, Redacted } from "effect"

/** Campaigns that are asked for in turn: more than any cache of one row would hold. */
const campaigns = 500

const email = Email.make("bench@domainflow.example")
const password = "nine green bottles"

/** Somebody with campaigns of their own, in the database that the ports speak to. */
export const furnish = Effect.gen(function* () {
  const users = yield* Users
  const hasher = yield* PasswordHasher
  const { id } = yield* users.create(Grant.system("users:manage"), {
    email,
    password: yield* hasher.hash(proven(Redacted.make(password))),
    firstName: "Ada",
    lastName: "King",
    roles: [RoleName.make("user")]
  })
  const ids = yield* Effect.forEach(Array.from({ length: campaigns }), (_, at) => campaign(id, at), { concurrency: 4 })
  return { owner: id, ids }
})

/** A campaign with something in every column. */
const campaign = Effect.fnUntraced(function* (owner: UserId, at: number) {
  const store = yield* Campaigns
  const made = yield* store.create(
    {
      name: `look-alikes of acme, part ${at}`,
      metadata: { pipeline: yield* Ids.one, tags: ["bench", "acme"] },
      params: {
        _tag: "domain_generation",
        patternType: "suffix",
        characterSet: "alphanumeric",
        variableLength: 3,
        constantString: `acme${at}`,
        tld: "com",
        numDomainsToGenerate: 1_000
      }
    },
    owner
  )
  return made.id
})

/** The cookie of a new session. It is a session of this connection's address and of `agent`, and works for no other. */
export const logIn = async (port: number, agent: string): Promise<string> => {
  const response = await fetch(`http://127.0.0.1:${port}/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json", "user-agent": agent, "sec-fetch-site": "same-origin" },
    body: JSON.stringify({ email, password })
  })
  const cookie = response.headers.getSetCookie().find((line) => line.includes("session"))
  if (cookie === undefined) throw new Error(`nobody could log in: ${response.status} ${await response.text()}`)
  return cookie.slice(0, cookie.indexOf(";"))
}

export interface Load {
  readonly port: number
  readonly cookie: string
  readonly agent: string
  readonly paths: ReadonlyArray<string>
  /** Connections, each with one request on its way. */
  readonly connections: number
  readonly requests: number
}

/** Milliseconds that each request took, as a keep-alive client saw it. Anything but a 200 breaks the bench. */
export const load = async ({ agent, connections, cookie, paths, port, requests }: Load): Promise<Float64Array> => {
  const taken = new Float64Array(requests)
  let asked = 0
  let answered = 0
  const connection = async () => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true })
    await once(socket, "connect")
    await new Promise<void>((resolve, reject) => {
      let sent = 0
      let left = -1
      let head = ""
      const ask = () => {
        if (asked >= requests) {
          socket.end()
          return resolve()
        }
        const path = paths[asked++ % paths.length]!
        sent = performance.now()
        socket.write(
          `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nuser-agent: ${agent}\r\naccept: application/json\r\ncookie: ${cookie}\r\n\r\n`
        )
      }
      socket.on("error", reject).on("data", (chunk) => {
        // Bodies are told by length; a head may come with its body or before it.
        if (left < 0) {
          head += chunk.toString("latin1")
          const end = head.indexOf("\r\n\r\n")
          if (end < 0) return
          const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
          if (!head.startsWith("HTTP/1.1 200") || length === undefined) return reject(new Error(head.slice(0, 500)))
          left = Number(length) - (head.length - end - 4)
          head = ""
        } else left -= chunk.length
        if (left > 0) return
        left = -1
        taken[answered++] = performance.now() - sent
        ask()
      })
      ask()
    })
  }
  await Promise.all(Array.from({ length: connections }, connection))
  return taken.sort()
}
