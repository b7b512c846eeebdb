import { Internet } from "@domainflow/internet/Internet"
import { Effect, Layer } from "effect"
import { RunnerSettings } from "../../src/campaign/RunnerSettings.ts"
import * as Guard from "../../src/http/Guard.ts"

/** Lets campaigns fetch from the internet on loopback, and trust its certificates. */
export const trusting = Layer.effect(
  RunnerSettings,
  Effect.map(Internet, ({ ca }) => ({
    httpConcurrency: 32,
    http: { guard: Guard.make({ allow: ["127.0.0.0/8", "::1/128"] }), ca: [ca] },
    resolvers: []
  }))
)
