import { DomainName } from "@domainflow/core/DomainName"
import type { HttpVerdict } from "@domainflow/core/http/HttpVerdict"
import { HttpPersona } from "@domainflow/core/persona/HttpPersona"
import { Effect, Schema, type Scope } from "effect"
import * as Guard from "../../../src/http/Guard.ts"
import * as HttpStage from "../../../src/http/HttpStage.ts"
import type { Served } from "./server.ts"

export type Persona = (typeof HttpPersona)["Encoded"]
export type Options = Partial<HttpStage.HttpStageOptions>

export const persona = (settings: Persona = {}): HttpPersona => Schema.decodeSync(HttpPersona)(settings)

export const scanFor =
  (...words: ReadonlyArray<string>): HttpStage.HttpStageOptions["scan"] =>
  ({ text, title }) => ({
    keywords: [],
    adHoc: words
      .map((keyword) => ({ keyword, count: `${text}\n${title ?? ""}`.split(keyword).length - 1, contexts: [] }))
      .filter(({ count }) => count > 0)
  })

/** Asks for `shop.test` at a server; every name leads there, loopback is allowed, "tea" is looked for. */
export const ask = (
  server: Pick<Served, "address" | "port">,
  settings: Persona = {},
  options: Options = {},
  name = "shop.test"
): Effect.Effect<HttpVerdict, never, Scope.Scope> =>
  Effect.flatMap(
    HttpStage.make(persona({ requestTimeoutSeconds: 20, ...settings }), {
      scan: scanFor("tea"),
      lookup: () => Effect.succeed([server.address]),
      ports: [server.port],
      guard: Guard.make({ allow: ["loopback"] }),
      ...options
    }),
    (stage) => stage.ask(DomainName.make(name))
  )
