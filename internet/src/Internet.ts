import { fork } from "node:child_process"
import { once } from "node:events"
import { Context, Effect, Layer } from "effect"
import type { FromChild, ToChild } from "./main.ts"
import type { Network, Ports } from "./Network.ts"
import * as Servers from "./Servers.ts"
import * as World from "./World.ts"

/** An internet of loopback addresses that is running, here or in a process of its own. */
export interface Running {
  /** `host:port` of its DNS server, UDP and TCP. */
  readonly resolver: string
  /** For `target_http_ports`. */
  readonly ports: Ports
  /** The certificate that clients must trust, in PEM. */
  readonly ca: string
  /** What is true of each name here. */
  readonly world: World.World
  /** The process that serves it. */
  readonly processId: number
  /** What it served so far. */
  readonly counts: () => Promise<Servers.Counts>
  readonly stop: () => Promise<void>
}

export class Internet extends Context.Service<Internet, Running>()("domainflow/Internet") {
  /** In this process, until the scope ends. */
  static readonly layer = (options?: Servers.Options) => scoped(() => start(options))

  /** In a process of its own, until the scope or this process ends, whichever way. */
  static readonly layerSpawned = (options?: Servers.Options) => scoped(() => spawn(options))
}

/** Starts the servers in this process. */
export const start = async (options?: Servers.Options): Promise<Running> => {
  const servers = await Servers.start(options)
  return {
    ...described(servers.network, servers.authority),
    processId: process.pid,
    counts: async () => servers.counts(),
    stop: servers.stop
  }
}

/**
 * Starts the servers in a process of its own, which ends when this one does, even by SIGKILL. Without options it takes
 * those of the environment variable `DOMAINFLOW_INTERNET`, in JSON.
 */
export const spawn = async (options: Servers.Options = usual()): Promise<Running> => {
  const child = fork(new URL("./main.ts", import.meta.url), [JSON.stringify(options)], { execArgv: [] })
  const tell = (message: ToChild) => child.send(message)
  const first = await Promise.race([next(child), once(child, "exit").then(() => null)])
  if (first === null || first._tag === "Failed")
    throw new Error(`the loopback internet did not start: ${first?.message ?? `exit code ${child.exitCode}`}`)
  if (first._tag !== "Ready") throw new Error(`unexpected ${first._tag}`)
  // A caller that forgets to stop it can still end: the other process follows.
  child.unref()
  child.channel?.unref()
  return {
    ...described(first.network, first.authority),
    processId: child.pid!, // it spoke, so it runs
    counts: async () => {
      child.channel?.ref()
      tell("counts")
      const answer = await next(child)
      child.channel?.unref()
      if (answer._tag !== "Counts") throw new Error(`unexpected ${answer._tag}`)
      return answer.counts
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.ref()
      const gone = once(child, "exit")
      if (child.connected) child.disconnect()
      await gone
    }
  }
}

/** A test or a person wrote them: addresses that are free on this machine, or must be the same in every run. */
const usual = () => JSON.parse(process.env["DOMAINFLOW_INTERNET"] ?? "{}") as Servers.Options

const described = (network: Network, ca: string) => ({
  resolver: `${network.resolver.address}:${network.resolver.port}`,
  ports: network.ports,
  ca,
  world: World.make(network)
})

const scoped = (acquire: () => Promise<Running>): Layer.Layer<Internet> =>
  Layer.effect(
    Internet,
    Effect.acquireRelease(Effect.promise(acquire), (self) => Effect.promise(self.stop))
  )

/** Our own program is at the other end, so its messages are what it says they are. */
const next = async (child: ReturnType<typeof fork>): Promise<FromChild> =>
  (await once(child, "message"))[0] as FromChild
