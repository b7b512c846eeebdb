import { Layer, type Redacted } from "effect"
import * as AuditLog from "./audit/AuditLog.ts"
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

/** Every port of the main job on a migrated database. The host brings the client, its regex engine and its keys. */
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
  Proxies.layer
)

export interface Options extends Pg.Options {
  /** Migrates the database first. Safe from many processes at once; off where somebody else does it. */
  readonly migrate?: boolean
}

/** As `layer`, with a client of its own for the database at `url`, which stays in reach. */
export const layerUrl = (url: Redacted.Redacted, { migrate = true, ...options }: Options = {}) => {
  const client = Pg.layer(url, options)
  return layer.pipe(Layer.provideMerge(migrate ? Layer.provideMerge(Migrations.layer, client) : client))
}
