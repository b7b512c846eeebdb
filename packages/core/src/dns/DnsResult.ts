import { Schema } from "effect"
import { nullAs, orNull } from "../Column.ts"
import { CampaignId } from "../campaign/CampaignId.ts"
import { GeneratedDomainId } from "../generation/GeneratedDomain.ts"
import { PersonaId } from "../persona/PersonaId.ts"
import { Uuid } from "../Uuid.ts"
import { DnsRecords, DnsStatus } from "./DnsVerdict.ts"

export const DnsResultId = Uuid.pipe(Schema.brand("DnsResultId"))
export type DnsResultId = typeof DnsResultId.Type

/** The verdict on one name: a row of `dns_validation_results`. */
export class DnsResult extends Schema.Class<DnsResult>("@domainflow/core/DnsResult")({
  id: DnsResultId,
  dnsCampaignId: CampaignId,
  generatedDomainId: Schema.NullOr(GeneratedDomainId),
  /** A `DomainName` wherever we spelled it; a row of an older installation may hold another text, which is never asked. */
  domainName: Schema.String,
  validationStatus: DnsStatus,
  /** Rows of an earlier installation may hold another shape: those are given as they are. */
  dnsRecords: Schema.NullOr(Schema.Union([DnsRecords, Schema.Json])),
  validatedByPersonaId: Schema.NullOr(PersonaId),
  attempts: nullAs(Schema.Int, 0),
  lastCheckedAt: orNull(Schema.Date),
  createdAt: Schema.Date
}) {}
