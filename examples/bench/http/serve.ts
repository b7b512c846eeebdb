import { createServer, type RequestListener } from "node:http"
import type { AddressInfo } from "node:net"

/** What a server says of itself when asked: microseconds of its CPU and bytes of its memory. */
export interface Spent {
  readonly cpu: number
  readonly rss: number
}

/** Listens, tells the parent where, and answers what it has spent. */
export const serve = (listener: RequestListener): void => {
  const server = createServer(listener).listen(0, "127.0.0.1", () => {
    process.send?.({ port: (server.address() as AddressInfo).port })
  })
  answerSpent()
}

export const answerSpent = (): void => {
  process.on("message", (asked) => {
    if (asked === "settle") globalThis.gc?.()
    const { system, user } = process.cpuUsage()
    process.send?.({ cpu: user + system, rss: process.memoryUsage.rss() } satisfies Spent)
  })
}
