/** The loopback internet under the names that examples use. It is no package: it runs as a process of its own, from the repository. */
import { fork } from "node:child_process"
import { once } from "node:events"
import { Context, Effect, Layer } from "effect"

interface Running {
  readonly resolver: string
  readonly ports: { readonly https: number; readonly http: number }
  readonly ca: string
  readonly stop: () => Promise<void>
}

interface Ready {
  readonly network: { readonly resolver: { address: string; port: number }; readonly ports: Running["ports"] }
  readonly authority: string
}

export const spawn = async (): Promise<Running> => {
  const main = process.env["DOMAINFLOW_INTERNET_MAIN"] ?? ""
  const child = fork(main, ["{}"], { execArgv: ["--conditions=@domainflow/source"] })
  const [{ authority, network }] = (await once(child, "message")) as [Ready]
  child.unref()
  child.channel?.unref()
  return {
    resolver: `${network.resolver.address}:${network.resolver.port}`,
    ports: network.ports,
    ca: authority,
    stop: async () => {
      child.ref()
      const gone = once(child, "exit")
      child.disconnect()
      await gone
    }
  }
}

export class Internet extends Context.Service<Internet, Running>()("consumer/Internet") {
  static readonly layerSpawned = () =>
    Layer.effect(
      Internet,
      Effect.acquireRelease(Effect.promise(spawn), (self) => Effect.promise(self.stop))
    )
}
