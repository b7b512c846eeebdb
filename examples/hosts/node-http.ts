/** DomainFlow under /api of a plain `node:http` server. */
import { createServer } from "node:http"
import { Mount } from "@domainflow/http-adapter"
import { ports } from "./ports.ts"

const api = await Mount.node(ports, { prefix: "/api" })

const server = createServer((request, response) => {
  if (request.url?.startsWith("/api/")) api.handler(request, response)
  else response.end("This page is mine.")
}).listen(Number(process.env["PORT"] ?? 3000), "127.0.0.1", () => console.log("listening", server.address()))

process.once("SIGTERM", async () => {
  server.close()
  // Streams are told to reconnect, open requests finish, the database is let go.
  await api.stop()
})
