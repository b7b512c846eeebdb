/** DomainFlow under /api of an Express 5 application. */
import { Mount } from "@domainflow/http-adapter"
import express from "express"
import { ports } from "./ports.ts"

const api = await Mount.node(ports, { prefix: "/api" })

const app = express()
// Before any body parser: the API reads its bodies itself. `all` keeps the whole path in `request.url`, `use` would cut it.
app.all("/api/*path", api.handler)
app.use(express.json())
app.get("/", (_request, response) => void response.send("This page is mine."))

const server = app.listen(Number(process.env["PORT"] ?? 3000), "127.0.0.1", () =>
  console.log("listening", server.address())
)

process.once("SIGTERM", async () => {
  server.close()
  await api.stop()
})
