import { Layer } from "effect"
import { AuditLog } from "./audit/AuditLog.ts"
import { Campaigns } from "./campaign/Campaigns.ts"
import { Explanations } from "./campaign/Explanations.ts"
import { Paces } from "./campaign/Paces.ts"
import { DnsResults } from "./dns/DnsResults.ts"
import { ConfigStates } from "./generation/ConfigStates.ts"
import { GeneratedDomains } from "./generation/GeneratedDomains.ts"
import { HttpResults } from "./http/HttpResults.ts"
import { Jobs } from "./job/Jobs.ts"
import { KeywordSets } from "./keyword/KeywordSets.ts"
import { Memory } from "./Memory.ts"
import { Personas } from "./persona/Personas.ts"
import { Proxies } from "./proxy/Proxies.ts"

/** Every port of the main job. */
export type Stores =
  | AuditLog
  | Campaigns
  | ConfigStates
  | DnsResults
  | Explanations
  | GeneratedDomains
  | HttpResults
  | Jobs
  | KeywordSets
  | Paces
  | Personas
  | Proxies

/** All of them on the tables of a `Memory`. Rules are checked by the host's regex engine. */
export const layerTables = Layer.mergeAll(
  Campaigns.layerMemory,
  ConfigStates.layerMemory,
  DnsResults.layerMemory,
  Explanations.layerMemory,
  GeneratedDomains.layerMemory,
  HttpResults.layerMemory,
  Jobs.layerMemory,
  KeywordSets.layerMemory,
  Paces.layerMemory,
  Personas.layerMemory,
  Proxies.layerMemory
).pipe(Layer.provideMerge(AuditLog.layerMemory))

/** All of them in memory, for themselves: nothing outlives the process. */
export const layerMemory = Layer.provide(layerTables, Memory.layer)
