import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { Courier } from "@domainflow/core/auth/Courier"
import { Email } from "@domainflow/core/auth/User"
import { SecretBox } from "@domainflow/core/SecretBox"
import * as Accounts from "@domainflow/db/auth/Accounts"
import * as Db from "@domainflow/db/Db"
import * as Embedded from "@domainflow/db/embedded"
import { RunnerSettings } from "@domainflow/engine/campaign/RunnerSettings"
import * as Guard from "@domainflow/engine/http/Guard"
import { Worker } from "@domainflow/engine/job/Worker"
import * as Re2 from "@domainflow/engine/keyword/Re2"
import * as ProxyProbe from "@domainflow/engine/proxy/ProxyProbe"
import { Mount } from "@domainflow/http-adapter"
import { spawn } from "@domainflow/internet/Internet"
import { ConfigProvider, Effect, Layer, Redacted } from "effect"
import { furnish } from "./furnish.ts"
import * as Keys from "./keys.ts"
import * as Page from "./page.ts"

export interface Options {
  /** 0 for any free one. */
  readonly port: number
  /** Where keys and, without a database of one's own, data are kept. */
  readonly folder: string
  readonly databaseUrl?: Redacted.Redacted
}

/** Who can log in: the one account that is made at the first start. */
const email = Email.make("ada@domainflow.example")

/** Everything in one process, for as long as the scope lives: PostgreSQL, an internet on loopback, a worker, the API, the page. */
export const serve = Effect.fn("dashboard.serve")(function* ({ databaseUrl, folder, port }: Options) {
  const keys = Keys.inFolder(folder)
  const url = databaseUrl ?? (yield* Embedded.start({ dataDir: join(folder, "dashboard") })).url
  const internet = yield* Effect.acquireRelease(
    Effect.promise(() => spawn()),
    (running) => Effect.promise(running.stop)
  )

  const ports = Accounts.layer().pipe(
    Layer.provideMerge(Db.layerUrl(url)),
    Layer.provideMerge(Layer.mergeAll(Re2.layer, Courier.layerMemory, ProxyProbe.layer())),
    Layer.provide(SecretBox.layerConfig),
    Layer.provide(ConfigProvider.layerAdd(environment(keys), { asPrimary: true }))
  )
  const worker = Worker.layer().pipe(
    Layer.provide(
      Layer.succeed(RunnerSettings, {
        httpConcurrency: 64,
        // What answers here is on loopback, which is what the guard is there to refuse.
        http: { guard: Guard.make({ allow: ["127.0.0.0/8", "::1/128"] }), ca: [internet.ca] },
        resolvers: []
      })
    )
  )
  const context = yield* Layer.build(Layer.provideMerge(worker, ports))
  yield* Effect.provideContext(furnish({ email, password: Redacted.make(keys.password), internet }), context)

  const api = yield* Effect.acquireRelease(
    Effect.promise(() => Mount.node(Layer.succeedContext(context), { prefix: "/api" })),
    (mounted) => Effect.promise(mounted.stop)
  )
  const defaults = { ports: `${internet.ports.https}, ${internet.ports.http}` }
  const server = yield* Effect.acquireRelease(
    Effect.promise(async () => {
      const server = createServer((request, response) =>
        request.url?.startsWith("/api/") ? api.handler(request, response) : Page.answer(request, response, defaults)
      ).listen(port, "127.0.0.1")
      await new Promise((resolve, reject) => server.once("listening", resolve).once("error", reject))
      return server
    }),
    (server) => Effect.sync(() => server.close())
  )
  // A server on a port has an address of this kind.
  const { port: bound } = server.address() as AddressInfo
  return { url: `http://localhost:${bound}`, email, password: keys.password, server }
})

/** What a service would find in its environment. */
const environment = ({ audit, pepper, secrets }: Keys.Keys) =>
  ConfigProvider.fromEnvRecord({
    DOMAINFLOW_PEPPERS: pepper,
    DOMAINFLOW_SECRET_KEYS: secrets,
    DOMAINFLOW_AUDIT_KEYS: audit
  })
