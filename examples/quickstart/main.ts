/** The main job in one command: spell names, resolve them, fetch them, match keywords, keep every answer. */
import { resolve } from "node:path"
import { isFinal } from "@domainflow/core/campaign/Campaign"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { SecretBox } from "@domainflow/core/SecretBox"
import * as Db from "@domainflow/db/Db"
import * as Embedded from "@domainflow/db/embedded"
import { CampaignRunner } from "@domainflow/engine/campaign/CampaignRunner"
import { RunnerSettings } from "@domainflow/engine/campaign/RunnerSettings"
import * as Guard from "@domainflow/engine/http/Guard"
import * as Re2 from "@domainflow/engine/keyword/Re2"
import { spawn } from "@domainflow/internet/Internet"
import { Cause, Effect, Exit, Layer, Redacted } from "effect"
import { help, type Options, parse } from "./options.ts"
import { findOrCreate, type Target } from "./pipeline.ts"
import * as Screen from "./Screen.ts"
import { summary } from "./summary.ts"

/** How often the bars move. */
const frame = "100 millis"

const say = (text: string) => Effect.sync(() => process.stdout.write(text))

const program = Effect.fn("quickstart")(function* (options: Options) {
  const world = options.live ? live(options) : yield* loopback(options)
  const url =
    options.databaseUrl === undefined
      ? (yield* Embedded.start({ dataDir: resolve(".domainflow/postgres") })).url
      : Redacted.make(options.databaseUrl)
  yield* say(`  ${Screen.count(options.names)} names, ${world.target.label}, ${where(options)}\n\n`)
  yield* run(options, world.target).pipe(
    Effect.provideService(RunnerSettings, world.settings),
    Effect.provide(
      CampaignRunner.layer.pipe(Layer.provideMerge(Db.layerUrl(url)), Layer.provide([Re2.layer, SecretBox.layerConfig]))
    )
  )
}, Effect.scoped)

const run = Effect.fnUntraced(function* (options: Options, target: Target) {
  const campaigns = yield* Campaigns
  const runner = yield* CampaignRunner
  const screen = Screen.make(process.stdout, () => performance.now())
  const pipeline = yield* findOrCreate(target, options.names, options.fresh)
  const ids = pipeline.campaigns.map(({ id }) => id)
  const look = Effect.forEach(ids, campaigns.get)
  const isDone = pipeline.campaigns.every(({ status }) => isFinal(status) && status !== "failed")
  if (!pipeline.isNew) {
    const known = pipeline.campaigns.map(({ processedItems }) => Screen.count(Number(processedItems)))
    yield* say(
      `  already known: ${known[0]} names spelled, ${known[1]} resolved, ${known[2]} fetched${
        isDone ? "; nothing is left to ask (--fresh starts over)" : "; going on from there"
      }\n\n`
    )
  }
  yield* Effect.gen(function* () {
    yield* Effect.forkScoped(Effect.forever(Effect.delay(Effect.map(look, screen.draw), frame)))
    for (const { id, status } of pipeline.campaigns) {
      // What failed last time is tried again: whatever it was may be mended.
      if (status === "failed") yield* campaigns.move(id, "queued")
      yield* runner.run(id)
    }
  }).pipe(Effect.scoped)
  const finished = yield* look
  screen.finish(finished)
  yield* say(yield* summary(finished))
})

/** An internet in a process of its own, whose every address may be dialled although it is loopback. */
const loopback = Effect.fnUntraced(function* (options: Options) {
  const internet = yield* Effect.acquireRelease(
    Effect.promise(() => spawn()),
    (running) => Effect.promise(running.stop)
  )
  const target: Target = {
    label: "loopback internet",
    dns: { resolvers: [internet.resolver], queryTimeoutSeconds: 1, maxConcurrentGoroutines: 2_000 },
    http: { requestTimeoutSeconds: options.timeout },
    ports: [internet.ports.https, internet.ports.http]
  }
  const http = { guard: Guard.make({ allow: ["127.0.0.0/8", "::1/128"] }), ca: [internet.ca] }
  // Both ends of every handshake are on this machine: more of them at once only wait for each other.
  return { target, settings: { httpConcurrency: 32, http, resolvers: [] } }
})

/** Polite on purpose: other people's servers answer. */
const live = (options: Options) => ({
  target: {
    label: "real internet",
    dns: {
      ...(options.resolvers.length > 0 ? { resolvers: options.resolvers } : { useSystemResolvers: true }),
      rateLimitDps: 20,
      maxConcurrentGoroutines: 50
    },
    http: { rateLimitDps: 5, requestTimeoutSeconds: options.timeout },
    ports: []
  },
  settings: { httpConcurrency: 16, http: {}, resolvers: [] }
})

const where = (options: Options) =>
  options.databaseUrl === undefined ? "kept in .domainflow/postgres" : "kept in the database you named"

/** What a person can do something about in one line; a bug with all that is known of it. */
const complaint = (cause: Cause.Cause<unknown>, { databaseUrl }: Options) => {
  if (!Cause.hasFails(cause)) return Cause.pretty(cause)
  const said: Array<string> = []
  for (let error = Cause.squash(cause); error instanceof Error; error = error.cause) {
    const { message } = error
    if (!said.some((already) => already.includes(message))) said.push(message)
  }
  const where = databaseUrl === undefined ? "" : `${new URL(databaseUrl).host}${new URL(databaseUrl).pathname}: `
  return `${where}${said.join(": ")}`
}

const options = parse(process.argv.slice(2))
if (options === "help") process.stdout.write(help)
else if ("wrong" in options) {
  process.stderr.write(`${options.wrong}\n\n${help}`)
  process.exitCode = 2
} else {
  const fiber = Effect.runFork(program(options))
  const stop = () => {
    process.stderr.write("\n  stopping; run it again to go on\n")
    fiber.interruptUnsafe()
  }
  process.once("SIGINT", stop).once("SIGTERM", stop)
  fiber.addObserver((exit) => {
    process.removeListener("SIGINT", stop).removeListener("SIGTERM", stop)
    if (Exit.isFailure(exit)) {
      process.exitCode = Cause.hasInterruptsOnly(exit.cause) ? 130 : 1
      if (process.exitCode === 1) process.stderr.write(`\n  ${complaint(exit.cause, options)}\n`)
    }
  })
}
