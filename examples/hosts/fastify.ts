/** DomainFlow under /api of a Fastify 5 application. */
import { Mount } from "@domainflow/http-adapter"
import { fastify } from "fastify"
import { ports } from "./ports.ts"

const api = await Mount.node(ports, { prefix: "/api" })

const app = fastify()
app.get("/", () => "This page is mine.")
app.register((scope, _options, done) => {
  // The API reads its bodies itself, and answers by itself.
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser("*", (_request, _payload, parsed) => parsed(null))
  scope.all("/api/*", (request, reply) => {
    reply.hijack()
    api.handler(request.raw, reply.raw)
  })
  done()
})

await app.listen({ port: Number(process.env["PORT"] ?? 3000), host: "127.0.0.1" })
console.log("listening", app.server.address())

process.once("SIGTERM", async () => {
  // Fastify waits for open streams; they are told to go first.
  await Promise.all([api.stop(), app.close()])
})
