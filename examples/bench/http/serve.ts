import { createServer, type RequestListener } from "node:http"
import type { AddressInfo } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"

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
  process.on("message", async (asked) => {
    if (asked === "settle") {
      // What a collection frees goes back to the system a moment later, some of it with the next one.
      for (let turn = 0; turn < 2; turn++) {
        globalThis.gc?.()
        await sleep(400)
      }
    }
    const { system, user } = process.cpuUsage()
    process.send?.({ cpu: user + system, rss: process.memoryUsage.rss() } satisfies Spent)
  })
}
