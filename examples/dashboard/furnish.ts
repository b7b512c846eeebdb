import { Auth } from "@domainflow/core/auth/Auth"
import { unknown } from "@domainflow/core/auth/Client"
import type { Email } from "@domainflow/core/auth/User"
import { KeywordSets } from "@domainflow/core/keyword/KeywordSets"
import { type NewPersona, Personas } from "@domainflow/core/persona/Personas"
import { Effect, type Redacted } from "effect"
import { keywordSet } from "../quickstart/pipeline.ts"

interface Internet {
  readonly resolver: string
}

/** What a fresh installation needs before anybody can do anything: somebody, personas to ask as, words to look for. */
export const furnish = Effect.fnUntraced(function* (given: {
  readonly email: Email
  readonly password: Redacted.Redacted
  readonly internet: Internet
}) {
  const { email, internet, password } = given
  const auth = yield* Auth
  yield* auth
    .bootstrap({ email, password, firstName: "Ada", lastName: "King" }, unknown)
    .pipe(Effect.catchTag("AlreadyBootstrapped", () => Effect.void))

  // The internet on loopback has another port each time.
  yield* persona({
    name: "Loopback resolver",
    personaType: "dns",
    configDetails: { resolvers: [internet.resolver], queryTimeoutSeconds: 1, maxConcurrentGoroutines: 200 }
  })
  yield* persona({ name: "Plain browser", personaType: "http", configDetails: { requestTimeoutSeconds: 3 } })
  const sets = yield* KeywordSets
  yield* sets
    .create({ ...keywordSet, name: "Shops, parked names and traps" })
    .pipe(Effect.catchTag("KeywordSetNameTaken", () => Effect.void))
})

/** The persona of this name, with these settings. */
const persona = Effect.fnUntraced(function* (wanted: NewPersona) {
  const personas = yield* Personas
  const { items } = yield* personas.page({ type: wanted.personaType }, { limit: 1_000 })
  const known = items.find(({ name }) => name === wanted.name)
  yield* known === undefined
    ? personas.create(wanted)
    : personas.update(known.id, { configDetails: wanted.configDetails })
})
