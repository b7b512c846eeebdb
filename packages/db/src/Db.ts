import { Layer, type Redacted } from "effect"
import * as AuditLog from "./audit/AuditLog.ts"
import * as Trails from "./audit/Trails.ts"
import * as Campaigns from "./campaign/Campaigns.ts"
import * as Explanations from "./campaign/Explanations.ts"
import * as Paces from "./campaign/Paces.ts"
import * as DnsResults from "./dns/DnsResults.ts"
import * as ConfigStates from "./generation/ConfigStates.ts"
import * as GeneratedDomains from "./generation/GeneratedDomains.ts"
import * as HttpResults from "./http/HttpResults.ts"
import * as Jobs from "./job/Jobs.ts"
import * as KeywordSets from "./keyword/KeywordSets.ts"
import * as Migrations from "./Migrations.ts"
import * as Pg from "./Pg.ts"
import * as Personas from "./persona/Personas.ts"
import * as Proxies from "./proxy/Proxies.ts"

/**
 * Every port of the main job on a migrated database. The host brings the client, its regex engine and its keys; what it does is
 * written into the audit trail, which is sealed where `AuditKeys` are in the context.
 */
export const layer = Layer.mergeAll(
  AuditLog.layer,
  Campaigns.layer,
  ConfigStates.layer,
  DnsResults.layer,
  Explanations.layer.pipe(Layer.provide([Personas.layer, Proxies.layer])),
  GeneratedDomains.layer,
  HttpResults.layer,
  Jobs.layer,
  KeywordSets.layer,
  Paces.layer,
  Personas.layer,
  Proxies.layer,
  Trails.layer
)

export interface Options extends Pg.Options {
  /** Migrates the database first. Safe from many processes at once; off where somebody else does it. */
  readonly migrate?: boolean
}

/**
 * As `layer`, with a client of its own for the database at `url`, which stays in reach, and the audit keys of the environment variable
 * `DOMAINFLOW_AUDIT_KEYS`. Where one process of an installation seals its lines, all must.
 */
export const layerUrl = (url: Redacted.Redacted, { migrate = true, ...options }: Options = {}) => {
  const client = Pg.layer(url, options)
  return layer.pipe(
    Layer.provideMerge(migrate ? Layer.provideMerge(Migrations.layer, client) : client),
    Layer.provide(Trails.keysConfig)
  )
}
