import { type ChildProcess, execFileSync, fork } from "node:child_process"
import { once } from "node:events"
import * as Embedded from "@domainflow/db/embedded"
import { Effect, Exit, Redacted, Scope } from "effect"
import { type Bench, type Contender, type Figures, ratio } from "../../scripts/bench/Bench.ts"
import { ports } from "../hosts/ports.ts"
import type { Spent } from "./http/serve.ts"
import { furnish, load, logIn } from "./http/world.ts"

/** Requests a round, after so many that are not counted. */
const requests = 6_000
const settling = 1_000
/** Browsers at once, each waiting for its answer before it asks again. */
const connections = 32
const agent = "bench/1"

export default {
  name: "http",
  title: "GET /campaigns/:id with a session, from PostgreSQL",
  compares: `the adapter against a handler written by hand on Fastify and pg that makes the same two queries, sends the same fields, and knows nothing of problems, limits, audit, tracing or schemas; ${connections} keep-alive connections from this process, each server in a process of its own, kept to one core where the system can`,
  contenders: async (defer) => {
    const scope = Scope.makeUnsafe()
    defer(() => Effect.runPromise(Scope.close(scope, Exit.void)))
    const { url } = await Effect.runPromise(Embedded.start({ port: 0 }).pipe(Scope.provide(scope)))
    process.env["DATABASE_URL"] = Redacted.value(url)
    const { ids } = await Effect.runPromise(furnish.pipe(Effect.provide(ports)))
    const paths = ids.map((id) => `/campaigns/${id}`)

    const adapter = await start("adapter", defer)
    const byHand = await start("fastify", defer)
    const cookie = await logIn(adapter.port, agent)
    const contender = (name: string, { child, port }: Server): Contender => ({
      name,
      run: async (): Promise<Figures> => {
        const common = { port, cookie, agent, paths, connections }
        await load({ ...common, requests: settling })
        const before = await spent(child)
        const start = performance.now()
        const taken = await load({ ...common, requests })
        const seconds = (performance.now() - start) / 1_000
        const after = await spent(child)
        return {
          "requests/s": requests / seconds,
          "ms p50": taken[requests >> 1]!,
          "ms p99": taken[Math.floor(requests * 0.99)]!,
          "µs CPU/request": (after.cpu - before.cpu) / requests
        }
      }
    })
    return [contender("DomainFlow", adapter), contender("Fastify and pg", byHand)]
  },
  targets: [
    ratio("DomainFlow", "Fastify and pg", "requests/s", 0.8),
    {
      name: "DomainFlow / Fastify and pg, ms p99",
      bound: { ceiling: 1.5 },
      value: (figure) => figure("DomainFlow", "ms p99") / figure("Fastify and pg", "ms p99")
    }
  ]
} satisfies Bench

interface Server {
  readonly child: ChildProcess
  readonly port: number
}

const start = async (name: string, defer: (release: () => unknown) => void): Promise<Server> => {
  const child = fork(new URL(`./http/${name}.ts`, import.meta.url), { execArgv: process.execArgv })
  defer(() => child.kill())
  const [{ port }] = (await once(child, "message")) as [{ readonly port: number }]
  keepToOneCore(child)
  return { child, port }
}

/** Garbage collectors and compilers of a server would spread over the machine otherwise. */
const keepToOneCore = ({ pid }: ChildProcess) => {
  try {
    execFileSync("taskset", ["-a", "-p", "-c", "0", String(pid)], { stdio: "ignore" })
  } catch {
    // Not Linux: the server keeps to about one core by itself.
  }
}

const spent = async (child: ChildProcess): Promise<Spent> => {
  const answer = once(child, "message") as Promise<[Spent]>
  child.send("spent?")
  return (await answer)[0]
}
