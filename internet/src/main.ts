/** The loopback internet as a process of its own: ends when its parent does. Without a parent it prints where it is. */
import type { Network } from "./Network.ts"
import { type Counts, type Options, start } from "./Servers.ts"

export type ToChild = "counts"

export type FromChild =
  | { readonly _tag: "Ready"; readonly network: Network; readonly authority: string }
  | { readonly _tag: "Failed"; readonly message: string }
  | { readonly _tag: "Counts"; readonly counts: Counts }

const tell = (message: FromChild) =>
  process.send === undefined ? console.log(JSON.stringify(message)) : process.send(message)

// Ctrl-C reaches every process of a terminal; the parent still needs its internet to stop in good order.
if (process.connected) process.on("SIGINT", () => {})
process.on("disconnect", () => process.exit())

try {
  // Written by `spawn`, or by hand in the same form.
  const servers = await start(JSON.parse(process.argv[2] ?? "{}") as Options)
  process.on("message", (message: ToChild) => {
    if (message === "counts") tell({ _tag: "Counts", counts: servers.counts() })
  })
  tell({ _tag: "Ready", network: servers.network, authority: servers.authority })
} catch (error) {
  tell({ _tag: "Failed", message: error instanceof Error ? error.message : String(error) })
  process.exitCode = 1
  if (process.connected) process.disconnect()
}
