import { Effect, Stream } from "effect"
import { AuditLog } from "../audit/AuditLog.ts"
import type { Campaign, CampaignStatus } from "../campaign/Campaign.ts"
import { CampaignId } from "../campaign/CampaignId.ts"
import { Campaigns } from "../campaign/Campaigns.ts"
import { type DnsAnswer, type DnsQuestion, DnsResults } from "../dns/DnsResults.ts"
import type { DnsStatus } from "../dns/DnsVerdict.ts"
import * as Enumeration from "../generation/Enumeration.ts"
import { GeneratedDomains, type NameBatch } from "../generation/GeneratedDomains.ts"
import type { NewGeneration } from "../generation/GenerationParams.ts"
import type { NewHttp } from "../http/HttpParams.ts"
import { type HttpAnswer, type HttpQuestion, HttpResults } from "../http/HttpResults.ts"
import type { HttpStatus } from "../http/HttpVerdict.ts"
import type { PersonaType } from "../persona/Persona.ts"
import { Personas } from "../persona/Personas.ts"

/** What the suites set their scenes with. Everything they make has a name of its own: a suite shares one store. */

/** A campaign that nobody has made. */
export const missing = CampaignId.make("00000000-0000-4000-8000-00000000dead")

let made = 0
/** A word that no scene has used, of letters only: its names sort the same under every collation. */
export const word = (): string => `x${[...String(made++)].map((digit) => "abcdefghij"[Number(digit)]).join("")}`

/** `prefix` of two letters before a word of its own: 676 names. */
export const pattern = (fields: Partial<typeof NewGeneration.Encoded> = {}): typeof NewGeneration.Encoded => ({
  _tag: "domain_generation",
  patternType: "prefix",
  variableLength: 2,
  characterSet: "letters",
  constantString: word(),
  tld: "com",
  ...fields
})

export const generation = (fields?: Partial<typeof NewGeneration.Encoded>) =>
  Campaigns.use((campaigns) => campaigns.create({ name: "names", params: pattern(fields) }))

/** The batch of `count` names of a generation campaign from an absolute offset. */
export const batch = Effect.fnUntraced(function* (campaignId: CampaignId, offset: bigint, count: number) {
  const params = yield* Campaigns.use((campaigns) => campaigns.params(campaignId))
  const { sourceKeyword, sourcePattern, spell, tld } = yield* Enumeration.make(params)
  const batch: NameBatch = { campaignId, offset, names: spell(offset, count), sourceKeyword, sourcePattern, tld }
  return batch
})

/** A generation campaign that has spelled its first `count` names, of `of` in all. */
export const spelled = Effect.fnUntraced(function* (count: number, of = count) {
  const campaign = yield* generation({ numDomainsToGenerate: of })
  const names = yield* batch(campaign.id, 0n, count)
  yield* GeneratedDomains.use((domains) => domains.append(names))
  return { campaign, names: names.names }
})

export const persona = (personaType: PersonaType, configDetails: unknown = {}) =>
  Personas.use((personas) => personas.create({ name: word(), personaType, configDetails }))

/** A DNS campaign over the names of a generation campaign, asked by a persona of its own. */
export const dns = Effect.fnUntraced(function* (sourceGenerationCampaignId: CampaignId) {
  const { id } = yield* persona("dns")
  const campaigns = yield* Campaigns
  return yield* campaigns.create({
    name: "resolve",
    params: { _tag: "dns_validation", sourceGenerationCampaignId, personaIds: [id] }
  })
})

export const http = Effect.fnUntraced(function* (
  sourceCampaignId: CampaignId,
  fields: Partial<typeof NewHttp.Encoded> = {}
) {
  const { id } = yield* persona("http")
  const campaigns = yield* Campaigns
  return yield* campaigns.create({
    name: "fetch",
    params: { _tag: "http_keyword_validation", sourceCampaignId, personaIds: [id], ...fields }
  })
})

/** A DNS campaign over `count` names, and its questions. */
export const dnsOver = Effect.fnUntraced(function* (count: number) {
  const { campaign: source, names } = yield* spelled(count)
  const campaign = yield* dns(source.id)
  return { source, names, id: campaign.id, questions: yield* questions(campaign.id) }
})

/** An HTTP campaign over a DNS campaign whose names resolve, but for every third. */
export const behindDns = Effect.fnUntraced(function* (count: number) {
  const { id: dnsId, questions: asked } = yield* dnsOver(count)
  const answers = asked.map((question, i) => dnsAnswer(question, i % 3 === 2 ? "Unresolved" : "Resolved"))
  yield* DnsResults.use((results) => results.append(dnsId, answers))
  const { id } = yield* http(dnsId)
  return { dnsId, id, resolved: asked.filter((_, i) => i % 3 !== 2).map(({ domainName }) => domainName) }
})

export const dnsAnswer = (question: DnsQuestion, status: DnsStatus = "Resolved", fields: Partial<DnsAnswer> = {}) => {
  const ips = status === "Resolved" ? ["192.0.2.1"] : []
  const answer: DnsAnswer = {
    question,
    verdict: {
      status,
      records: {
        ips,
        a: ips.map((address) => ({ address, ttl: 60 })),
        aaaa: [],
        cname: [],
        rcode: status === "Unresolved" ? "NXDOMAIN" : "NOERROR",
        resolver: "192.0.2.53",
        transport: "udp",
        durationMs: 1.5
      },
      attempts: 1
    },
    personaId: null,
    checkedAt: 1_700_000_000_123,
    ...fields
  }
  return answer
}

export const httpAnswer = (
  question: HttpQuestion,
  status: HttpStatus = "Success",
  fields: Partial<HttpAnswer> = {}
) => {
  const answer: HttpAnswer = {
    question,
    verdict: {
      status,
      reason: null,
      statusCode: 200,
      headers: { "content-type": ["text/html"], "set-cookie": ["a=1", "b=2"] },
      title: "Acme",
      snippet: "Buy our anvils",
      contentHash: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      keywords: [],
      adHoc: [{ keyword: "anvil", count: 1, contexts: ["our anvils"] }],
      port: 443,
      proxyId: null,
      urls: [`https://${question.domainName}/`],
      durationMs: 12.5,
      attempts: 1
    },
    personaId: null,
    checkedAt: 1_700_000_000_123,
    ...fields
  }
  return answer
}

/** All questions of a DNS campaign, from its resume point. */
export const questions = (campaignId: CampaignId, limit = 10_000) =>
  DnsResults.use((results) => results.questions(campaignId, -1n, limit))

/** All questions of an HTTP campaign, from its resume point. */
export const httpQuestions = (campaignId: CampaignId, limit = 10_000) =>
  HttpResults.use((results) => results.questions(campaignId, null, limit))

/** Moves a campaign along legal ways to a state. */
export const bring = Effect.fnUntraced(function* (campaign: Campaign, to: CampaignStatus) {
  const campaigns = yield* Campaigns
  for (const status of ways[to]) yield* campaigns.move(campaign.id, status)
})

const ways: Record<CampaignStatus, ReadonlyArray<CampaignStatus>> = {
  pending: [],
  queued: ["queued"],
  running: ["queued", "running"],
  paused: ["queued", "running", "paused"],
  completed: ["queued", "running", "completed"],
  failed: ["queued", "running", "failed"],
  cancelled: ["cancelled"],
  archived: ["cancelled", "archived"]
}

/** What the audit trail says about an entity, oldest first. */
export const audited = Effect.fnUntraced(function* (entityId: string) {
  const { items } = yield* AuditLog.use((audit) => audit.page({ entityId }, { limit: 1_000 }))
  return items.toReversed()
})

/** What was done to an entity, oldest first: `campaign.created`. */
export const actions = (entityId: string) =>
  Effect.map(audited(entityId), (entries) => entries.map(({ action }) => action))

export const collect = <A, E, R>(stream: Stream.Stream<A, E, R>) =>
  Effect.map(Stream.runCollect(stream), (all) => [...all])

/** How many rows each page of a stream has. */
export const pages = <A, E, R>(stream: Stream.Stream<A, E, R>) =>
  Effect.map(Stream.runCollect(Stream.mapArray(stream, (page) => [page.length])), (all) => [...all])
