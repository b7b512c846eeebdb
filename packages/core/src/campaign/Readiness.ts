import { Array, Effect, Schema } from "effect"
import type { DnsParams } from "../dns/DnsParams.ts"
import type { HttpParams } from "../http/HttpParams.ts"
import { type KeywordRule, parseRules } from "../keyword/KeywordRule.ts"
import { KeywordSetId } from "../keyword/KeywordSetId.ts"
import { KeywordSets } from "../keyword/KeywordSets.ts"
import type { LinearRegex } from "../keyword/LinearRegex.ts"
import type { PersonaType } from "../persona/Persona.ts"
import * as PersonaConfig from "../persona/PersonaConfig.ts"
import { PersonaId } from "../persona/PersonaId.ts"
import { Personas } from "../persona/Personas.ts"
import { Proxies } from "../proxy/Proxies.ts"
import type { Proxy } from "../proxy/Proxy.ts"
import { ProxyId } from "../proxy/ProxyId.ts"
import type { StoreError } from "../StoreError.ts"
import type { CampaignParams } from "./CampaignParams.ts"

/** A persona that may be used, its settings read. */
export interface ReadyPersona<Type extends PersonaType> {
  readonly id: PersonaId
  readonly config: PersonaConfig.PersonaConfig<Type>
}

/** A keyword set that may be used, its rules read. */
export interface ReadyKeywordSet {
  readonly id: KeywordSetId
  readonly name: string
  readonly rules: ReadonlyArray<KeywordRule>
}

/** What a campaign names, as it can be used now, in the order in which it names it. */
export interface ReadyDns {
  readonly personas: Array.NonEmptyReadonlyArray<ReadyPersona<"dns">>
}
export interface ReadyHttp {
  readonly personas: Array.NonEmptyReadonlyArray<ReadyPersona<"http">>
  readonly keywordSets: ReadonlyArray<ReadyKeywordSet>
  /** None: names are asked directly. */
  readonly proxies: ReadonlyArray<Proxy>
}

/** Personas that a campaign names and cannot use, every one of them with its reason; none when it names none at all. */
export class PersonasUnusable extends Schema.TaggedError<PersonasUnusable>()("PersonasUnusable", {
  personas: Schema.Array(Schema.Struct({ personaId: PersonaId, reason: Schema.String }))
}) {
  override get message() {
    return this.personas.length === 0
      ? "the campaign names no persona to ask as"
      : `the campaign cannot use ${this.personas.map(({ personaId, reason }) => `persona ${personaId}: ${reason}`).join("; ")}`
  }
}

/** Keyword sets that a campaign names and cannot use, every one of them with its reason. */
export class KeywordSetsUnusable extends Schema.TaggedError<KeywordSetsUnusable>()("KeywordSetsUnusable", {
  keywordSets: Schema.Array(Schema.Struct({ keywordSetId: KeywordSetId, reason: Schema.String }))
}) {
  override get message() {
    const all = this.keywordSets.map(({ keywordSetId, reason }) => `keyword set ${keywordSetId}: ${reason}`)
    return `the campaign cannot use ${all.join("; ")}`
  }
}

/** Proxies that a campaign names and cannot use, every one of them with its reason. */
export class ProxiesUnusable extends Schema.TaggedError<ProxiesUnusable>()("ProxiesUnusable", {
  proxies: Schema.Array(Schema.Struct({ proxyId: ProxyId, reason: Schema.String }))
}) {
  override get message() {
    return `the campaign cannot use ${this.proxies.map(({ proxyId, reason }) => `proxy ${proxyId}: ${reason}`).join("; ")}`
  }
}

export type NotReady = PersonasUnusable | KeywordSetsUnusable | ProxiesUnusable

/** Whether a campaign can run now: everything that it names is there, enabled, of the right type, and reads well. */
export const check = (
  params: CampaignParams
): Effect.Effect<void, NotReady | StoreError, Personas | KeywordSets | Proxies | LinearRegex> => {
  switch (params._tag) {
    case "domain_generation":
      return Effect.void
    case "dns_validation":
      return Effect.asVoid(dns(params))
    case "http_keyword_validation":
      return Effect.asVoid(http(params))
  }
}

/** What a DNS campaign asks as. */
export const dns = (params: DnsParams): Effect.Effect<ReadyDns, PersonasUnusable | StoreError, Personas> =>
  Effect.map(personas("dns", params.personaIds), (personas) => ({ personas }))

/** What an HTTP campaign asks as, through and for. An unhealthy proxy may be well again: the one who dials looks. */
export const http = (
  params: HttpParams
): Effect.Effect<ReadyHttp, NotReady | StoreError, Personas | KeywordSets | Proxies | LinearRegex> =>
  Effect.all({
    personas: personas("http", params.personaIds),
    keywordSets: keywordSets(params.keywordSetIds),
    proxies: proxies(params.proxyIds)
  })

const personas = Effect.fnUntraced(function* <Type extends PersonaType>(type: Type, ids: ReadonlyArray<PersonaId>) {
  const found = new Map((yield* Personas.use((personas) => personas.many(ids))).map((row) => [row.id, row]))
  const [ready, unusable] = yield* Effect.partition(ids, (personaId) => {
    const persona = found.get(personaId)
    const refuse = (reason: string) => Effect.fail({ personaId, reason })
    if (persona === undefined) return refuse("it does not exist")
    if (!persona.isEnabled) return refuse("it is disabled")
    if (persona.personaType !== type) return refuse(`it is of type ${persona.personaType}, expected ${type}`)
    return Effect.matchEffect(PersonaConfig.decode(type, persona.configDetails), {
      onFailure: ({ path, reason }) => refuse(`${path}: ${reason}`),
      onSuccess: (config) => Effect.succeed<ReadyPersona<Type>>({ id: personaId, config })
    })
  })
  if (unusable.length > 0 || !Array.isReadonlyArrayNonEmpty(ready)) {
    return yield* new PersonasUnusable({ personas: unusable })
  }
  return ready
})

const keywordSets = Effect.fnUntraced(function* (ids: ReadonlyArray<KeywordSetId>) {
  const found = new Map((yield* KeywordSets.use((sets) => sets.many(ids))).map((row) => [row.id, row]))
  const [ready, unusable] = yield* Effect.partition(ids, (keywordSetId) => {
    const set = found.get(keywordSetId)
    const refuse = (reason: string) => Effect.fail({ keywordSetId, reason })
    if (set === undefined) return refuse("it does not exist")
    if (!set.isEnabled) return refuse("it is disabled")
    return Effect.matchEffect(parseRules(set.rules), {
      onFailure: ({ message }) => refuse(message),
      onSuccess: (rules) => Effect.succeed<ReadyKeywordSet>({ id: keywordSetId, name: set.name, rules })
    })
  })
  return unusable.length > 0 ? yield* new KeywordSetsUnusable({ keywordSets: unusable }) : ready
})

const proxies = Effect.fnUntraced(function* (ids: ReadonlyArray<ProxyId>) {
  const found = new Map((yield* Proxies.use((proxies) => proxies.many(ids))).map((row) => [row.id, row]))
  const [ready, unusable] = yield* Effect.partition(ids, (proxyId) => {
    const proxy = found.get(proxyId)
    if (proxy === undefined) return Effect.fail({ proxyId, reason: "it does not exist" })
    return proxy.isEnabled ? Effect.succeed(proxy) : Effect.fail({ proxyId, reason: "it is disabled" })
  })
  return unusable.length > 0 ? yield* new ProxiesUnusable({ proxies: unusable }) : ready
})
