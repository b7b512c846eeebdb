import type { Socket } from "node:net"
import { Effect, Redacted } from "effect"
import { type Breakdown, breakdown, converse } from "./Conversation.ts"
import type { Login } from "./Endpoint.ts"

/** Asks an HTTP proxy for a connection to `authority` (RFC 9110 9.3.6) and answers its status code: 2xx means it stands. */
export const connect = (socket: Socket, authority: string, login: Login | null): Effect.Effect<number, Breakdown> =>
  Effect.suspend(() => {
    const lines = [
      `CONNECT ${authority} HTTP/1.1`,
      `Host: ${authority}`,
      ...(login === null ? [] : [`Proxy-Authorization: ${authorization(login)}`]),
      "",
      ""
    ]
    return converse(socket, Buffer.from(lines.join("\r\n"), "latin1"), (octets) => {
      const head = octets.toString("latin1")
      const status = /^HTTP\/1\.[01] (\d{3})[ \r]/.exec(head)?.[1]
      if (status === undefined && head.length >= longestStart) return breakdown("does not speak HTTP")
      const end = head.indexOf("\r\n\r\n")
      return status === undefined || end < 0 ? null : { value: Number(status), length: end + 4 }
    })
  })

/** `Proxy-Authorization` by RFC 7617. */
export const authorization = ({ password, username }: Login): string =>
  `Basic ${Buffer.from(`${username}:${Redacted.value(password)}`).toString("base64")}`

/** Octets by which `HTTP/1.1 200 ` has come. */
const longestStart = 13
