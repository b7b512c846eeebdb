import * as KeyRing from "@domainflow/core/KeyRing"
import { SecretBox } from "@domainflow/core/SecretBox"
import * as TestRegex from "@domainflow/core/testing/TestRegex"
import { Layer, Redacted } from "effect"

const provided = Layer.mergeAll(
  TestRegex.layer,
  SecretBox.layer(KeyRing.make([{ id: "bench", bytes: Redacted.make(new Uint8Array(32)) }]))
)

/** What the stores ask of their host, and no bench is about. */
export const needs = Layer.provide(provided)
