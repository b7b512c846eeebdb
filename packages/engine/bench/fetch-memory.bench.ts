import { fork } from "node:child_process"
import { once } from "node:events"
import { atMost, type Bench } from "../../../scripts/bench/Bench.ts"
import { compiled } from "../../../scripts/bench/compiled.ts"
import type { Curve, Start } from "./http/hosts.ts"
import type { Ready } from "./http/server.ts"

const hosts = 100_000
/** Node gives the nursery of a heap 128 MB and more on a large machine, and steady work fills whatever it is given. */
const frugal = { execArgv: ["--max-semi-space-size=16"] }

const bench: Bench = {
  name: "fetch-memory",
  title: `what ${hosts.toLocaleString("en")} hosts leave behind in memory`,
  compares:
    "Verdicts on pages of 48 kB, every name its own host, 64 at a time, in a process of its own: its resident set after each tenth, with --max-semi-space-size=16. Flat means that the last tenth holds what the second did.",
  rounds: 1,
  warmups: 0,
  contenders: async (defer) => {
    const program = await compiled(new URL("./http/hosts.ts", import.meta.url), defer)
    const child = fork(new URL("./http/server.ts", import.meta.url), { execArgv: process.execArgv })
    defer(() => child.kill())
    const [server] = (await once(child, "message")) as [Ready]
    return [
      {
        name: "HttpStage",
        run: async () => {
          const visitor = fork(program, frugal)
          visitor.send({ server, hosts } satisfies Start)
          const [curve] = (await once(visitor, "message")) as [Curve]
          visitor.kill()
          const megabytes = curve.map((bytes) => bytes / 1_000_000)
          return {
            ...Object.fromEntries(megabytes.map((size, at) => [`MB after ${((at + 1) * hosts) / 10}`, size])),
            "MB at most": Math.max(...megabytes),
            "last tenth over second": megabytes.at(-1)! / megabytes[1]!
          }
        }
      }
    ]
  },
  targets: [atMost("HttpStage", "MB at most", 250), atMost("HttpStage", "last tenth over second", 1.15)]
}

export default bench
