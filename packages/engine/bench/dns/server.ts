import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import * as net from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Defer } from "../../../../scripts/bench/Bench.ts"
import { onServerCore } from "./apart.ts"
import { addressOf, exists, names, origin } from "./zone.ts"

const nsd = "/usr/sbin/nsd"

export interface Server {
  readonly kind: "nsd" | "node"
  readonly port: number
}

/** A server for the zone of the bench in a process of its own: nsd where it is installed, for nothing else keeps up. */
export const start = (defer: Defer): Promise<Server> => {
  if (!existsSync(nsd)) return startNode(defer)
  return serve(
    defer,
    origin,
    names.flatMap((name, i) => (exists(i) ? [`${name}. A ${addressOf(i)}`] : []))
  )
}

const startNode = async (defer: Defer): Promise<Server> => {
  const file = fileURLToPath(new URL("./answerer.ts", import.meta.url))
  const { args, command } = onServerCore(process.execPath, [...process.execArgv, file])
  const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] })
  defer(() => child.kill())
  const [port] = (await once(child, "message")) as [number]
  return { kind: "node", port }
}

/** nsd for a zone of one's own: the records as they stand in a zone file. */
export const serve = async (defer: Defer, origin: string, records: ReadonlyArray<string>): Promise<Server> => {
  if (!existsSync(nsd)) throw new Error("nsd is not installed: apt-get install nsd")
  const folder = await mkdtemp(join(tmpdir(), "bench-nsd-"))
  defer(() => rm(folder, { recursive: true }))
  const port = await freePort()
  await writeFile(
    join(folder, "zone"),
    `$ORIGIN ${origin}.\n$TTL 300\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\nns A 127.0.0.1\n${records.join("\n")}\n`
  )
  await writeFile(
    join(folder, "nsd.conf"),
    `server:
  ip-address: 127.0.0.1@${port}
  server-count: 1
  tcp-count: 100
  username: ""
  zonesdir: "${folder}"
  database: ""
  pidfile: "${folder}/nsd.pid"
  xfrdfile: "${folder}/xfrd.state"
  zonelistfile: "${folder}/zone.list"
  rrl-ratelimit: 0
remote-control:
  control-enable: no
zone:
  name: "${origin}"
  zonefile: "zone"
`
  )
  const { args, command } = onServerCore(nsd, ["-d", "-c", join(folder, "nsd.conf")])
  const running = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"] })
  const gone = once(running, "exit")
  defer(() => {
    running.kill()
    return gone
  })
  let said = ""
  await new Promise<void>((ready, failed) => {
    running.stderr.on("data", (text) => {
      said += text
      if (/nsd started/.test(said)) ready()
    })
    gone.then(() => failed(new Error(`nsd ended: ${said}`)))
  })
  return { kind: "nsd", port }
}

/** Free for TCP, and for UDP as a rule. */
const freePort = async (): Promise<number> => {
  const probe = net.createServer().listen(0, "127.0.0.1")
  await once(probe, "listening")
  const { port } = probe.address() as net.AddressInfo
  probe.close()
  await once(probe, "close")
  return port
}
