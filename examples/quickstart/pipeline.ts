import { type Campaign, isFinal } from "@domainflow/core/campaign/Campaign"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import { KeywordSets, type NewKeywordSet } from "@domainflow/core/keyword/KeywordSets"
import type { Page } from "@domainflow/core/Page"
import { type NewPersona, Personas } from "@domainflow/core/persona/Personas"
import { Effect } from "effect"

/** What a person who guards a brand looks for on pages that carry its name. */
export const keywordSet = {
  name: "quickstart",
  description: "Signs of a shop, a parked name or a trap on a look-alike name",
  rules: [
    { pattern: "for sale", ruleType: "string", category: "parked" },
    { pattern: "buy now", ruleType: "string", category: "shop" },
    { pattern: "add to cart", ruleType: "string", category: "shop" },
    { pattern: "(sign|log) ?in to your (account|wallet|bank)", ruleType: "regex", category: "phishing" },
    { pattern: "password", ruleType: "string", category: "phishing" },
    { pattern: "crypto", ruleType: "string", category: "phishing" }
  ]
} as const satisfies NewKeywordSet

/** Where this quickstart is pointed: the loopback internet, or the real one. */
export interface Target {
  /** Part of the campaigns' name, so that each target has its own. */
  readonly label: string
  readonly dns: Record<string, unknown>
  readonly http: Record<string, unknown>
  /** Empty: 443, then 80. */
  readonly ports: ReadonlyArray<number>
}

/** The three campaigns of a run of this size: those of an earlier run, or new ones. */
export const findOrCreate = Effect.fn("quickstart.findOrCreate")(function* (
  target: Target,
  names: number,
  fresh: boolean
) {
  const campaigns = yield* Campaigns
  const name = `quickstart ${target.label} ${names}`
  const dns = yield* persona({ name, personaType: "dns", configDetails: target.dns })
  const http = yield* persona({ name, personaType: "http", configDetails: target.http })
  const keywords = yield* keywordSetId

  const generation = yield* find(
    (after) => campaigns.page({ type: "domain_generation" }, { after }),
    (campaign) => campaign.name === `${name} (generation)` && campaign.status !== "archived"
  )
  if (generation !== undefined) {
    const [resolution] = yield* campaigns.fedBy(generation.id)
    const [fetching] = resolution === undefined ? [] : yield* campaigns.fedBy(resolution.id)
    const found = [generation, resolution, fetching].filter((campaign) => campaign !== undefined)
    if (!fresh && found.length === 3) return { campaigns: found, isNew: false }
    for (const { id, status } of found.reverse()) {
      if (!isFinal(status)) yield* campaigns.move(id, "cancelled")
      yield* campaigns.remove(id)
    }
  }

  const created = yield* campaigns.createPipeline({
    name,
    generation: {
      patternType: "prefix",
      characterSet: "letters",
      variableLength: 4,
      constantString: "acme",
      tld: "com",
      numDomainsToGenerate: names
    },
    dns: { personaIds: [dns] },
    http: { personaIds: [http], keywordSetIds: [keywords], targetHttpPorts: target.ports }
  })
  return { campaigns: created as ReadonlyArray<Campaign>, isNew: true }
})

/** The persona of this name, with these settings. */
const persona = Effect.fnUntraced(function* (wanted: NewPersona) {
  const personas = yield* Personas
  const known = yield* find(
    (after) => personas.page({ type: wanted.personaType }, { after }),
    ({ name }) => name === wanted.name
  )
  const { id } = known === undefined ? yield* personas.create(wanted) : yield* personas.update(known.id, wanted)
  return id
})

const keywordSetId = Effect.gen(function* () {
  const sets = yield* KeywordSets
  const known = yield* find(
    (after) => sets.page({ after }),
    ({ name }) => name === keywordSet.name
  )
  const { id } = known === undefined ? yield* sets.create(keywordSet) : yield* sets.update(known.id, keywordSet)
  return id
})

/** The first item that matches, page by page. */
const find = <A, E>(
  page: (after: string | null) => Effect.Effect<Page<A>, E>,
  matches: (item: A) => boolean
): Effect.Effect<A | undefined, E> =>
  Effect.gen(function* () {
    let after: string | null = null
    do {
      const { items, next }: Page<A> = yield* page(after)
      const item = items.find(matches)
      if (item !== undefined) return item
      after = next
    } while (after !== null)
    return undefined
  })
