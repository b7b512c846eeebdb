/** DomainFlow with a face: one page to log in, start pipelines, watch them run and read what they found. */
import { resolve } from "node:path"
import { parseArgs } from "node:util"
import { Effect, Redacted } from "effect"
import { serve } from "./serve.ts"

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
  options: { port: { type: "string", default: "4000" }, "database-url": { type: "string" } }
})

const program = Effect.gen(function* () {
  const databaseUrl = values["database-url"]
  const { email, password, url } = yield* serve({
    port: Number(values.port),
    folder: resolve(".domainflow"),
    ...(databaseUrl === undefined ? {} : { databaseUrl: Redacted.make(databaseUrl) })
  })
  process.stdout.write(
    `\n  The dashboard is at ${url}\n\n  e-mail    ${email}\n  password  ${password}\n\n  Ctrl-C stops it.\n`
  )
  return yield* Effect.never
}).pipe(Effect.scoped)

const fiber = Effect.runFork(program)
const stop = () => fiber.interruptUnsafe()
process.once("SIGINT", stop).once("SIGTERM", stop)
