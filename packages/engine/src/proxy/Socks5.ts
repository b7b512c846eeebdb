import { isIP, type Socket } from "node:net"
import { Effect, Redacted } from "effect"
import { type Breakdown, breakdown, converse, type Heard } from "./Conversation.ts"
import type { Login } from "./Endpoint.ts"

/** Greets a SOCKS5 proxy and logs in where there is a login (RFC 1928 3, RFC 1929). `true`: it lets us in. */
export const enter = Effect.fnUntraced(function* (
  socket: Socket,
  login: Login | null
): Effect.fn.Return<boolean, Breakdown> {
  const methods = login === null ? [noLogin] : [noLogin, byPassword]
  const method = yield* converse(socket, Buffer.from([5, methods.length, ...methods]), pair(5))
  if (method === noLogin) return true
  if (method !== byPassword || login === null) return false
  const username = Buffer.from(login.username)
  const password = Buffer.from(Redacted.value(login.password))
  // One octet tells the length.
  if (username.length === 0 || username.length > 255 || password.length > 255) return false
  const status = yield* converse(
    socket,
    Buffer.concat([Buffer.of(1, username.length), username, Buffer.of(password.length), password]),
    pair(1)
  )
  return status === 0
})

/** Asks it for a connection to an address (RFC 1928 4) and answers what it says: 0 means it stands. */
export const connect = (socket: Socket, address: string, port: number): Effect.Effect<number, Breakdown> =>
  converse(socket, Buffer.concat([Buffer.of(5, 1, 0), encoded(address), Buffer.of(port >> 8, port & 255)]), reply)

/** RFC 1928 6. */
export const replies: ReadonlyArray<string> = [
  "succeeded",
  "general failure",
  "not allowed by its rules",
  "network unreachable",
  "host unreachable",
  "connection refused",
  "TTL expired",
  "command not supported",
  "address type not supported"
]

const noLogin = 0
const byPassword = 2

/** Two octets: a version and a value. */
const pair =
  (version: number) =>
  (octets: Buffer): Heard<number> | Breakdown | null => {
    if (octets.length > 0 && octets[0] !== version) return breakdown("does not speak SOCKS5")
    return octets.length < 2 ? null : { value: octets[1]!, length: 2 }
  }

const reply = (octets: Buffer): Heard<number> | Breakdown | null => {
  if (octets.length > 0 && octets[0] !== 5) return breakdown("does not speak SOCKS5")
  if (octets.length < 5) return null
  const kind = octets[3]
  const bound = kind === 1 ? 4 : kind === 4 ? 16 : kind === 3 ? 1 + octets[4]! : null
  if (bound === null) return breakdown("does not speak SOCKS5")
  const length = 4 + bound + 2
  return octets.length < length ? null : { value: octets[1]!, length }
}

const encoded = (address: string): Buffer =>
  isIP(address) === 4 ? Buffer.of(1, ...address.split(".").map(Number)) : Buffer.of(4, ...groups(address))

/** The 16 octets of an address of version 6, as the URL parser spells it out. */
const groups = (address: string): ReadonlyArray<number> => {
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::")
  const before = head === "" ? [] : head.split(":")
  const after = tail === undefined || tail === "" ? [] : tail.split(":")
  const zeros = tail === undefined ? [] : Array<string>(8 - before.length - after.length).fill("0")
  return [...before, ...zeros, ...after].flatMap((group) => {
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 255]
  })
}
