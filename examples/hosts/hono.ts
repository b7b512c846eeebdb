/** DomainFlow under /api of a Hono application. */
import { Mount } from "@domainflow/http-adapter"
import { serve } from "@hono/node-server"
import { getConnInfo } from "@hono/node-server/conninfo"
import { Hono } from "hono"
import { ports } from "./ports.ts"

const api = Mount.web(ports, { prefix: "/api" })

const app = new Hono()
app.get("/", (context) => context.text("This page is mine."))
// A `Request` does not say who is at the other end of the connection; the server does.
app.all("/api/*", (context) => api.fetch(context.req.raw, { address: getConnInfo(context).remote.address ?? null }))

const server = serve(
  { fetch: app.fetch, port: Number(process.env["PORT"] ?? 3000), hostname: "127.0.0.1" },
  (address) => console.log("listening", address)
)

process.once("SIGTERM", async () => {
  server.close()
  await api.stop()
})
