/** Asks so many hosts for verdicts, in a process of its own, and says after every tenth of them what memory it holds. */
import { stage } from "./clients.ts"
import type { Ready } from "./server.ts"

export interface Start {
  readonly server: Ready
  readonly hosts: number
}

/** Resident set sizes in bytes, after each tenth of the hosts. */
export type Curve = ReadonlyArray<number>

process.on("disconnect", () => process.exit())
process.once("message", async ({ hosts, server }: Start) => {
  const client = stage(server, "plain")
  const tenth = hosts / 10
  const curve: Array<number> = []
  for (let first = 0; first < hosts; first += tenth) {
    await client(first, tenth)
    curve.push(process.memoryUsage.rss())
  }
  process.send?.(curve satisfies Curve)
})
