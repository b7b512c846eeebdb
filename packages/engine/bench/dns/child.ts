/** One client in a process of its own, which runs when it is told to and ends with the one that started it. */
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import type { Client, Run } from "./Client.ts"
import { cares, domainflow, packet } from "./clients.ts"
import * as floor from "./floor.ts"

export const kinds = {
  udp: domainflow(""),
  tcp: domainflow("tcp://"),
  cares,
  packet,
  "udp-floor": floor.udp,
  "tcp-floor": floor.tcp
} satisfies Record<string, (port: number, window: number) => Client>

const measure = async (client: Client): Promise<Run> => {
  const cpu = process.cpuUsage()
  const begun = performance.now()
  const resolved = await client()
  const seconds = (performance.now() - begun) / 1_000
  const { system, user } = process.cpuUsage(cpu)
  return { resolved, seconds, cpuMicros: system + user }
}

if (process.send !== undefined) {
  setFlagsFromString("--expose-gc")
  // Nobody pays for the garbage of the round before.
  const collectGarbage: () => void = runInNewContext("gc")
  const [, , kind = "", port, window] = process.argv
  const client = kinds[kind as keyof typeof kinds](Number(port), Number(window))
  process.on("message", async () => {
    collectGarbage()
    process.send?.(await measure(client))
  })
  process.on("disconnect", () => process.exit())
}
