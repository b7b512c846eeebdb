import { Schema } from "effect"
import { Uuid } from "../Uuid.ts"

export const CampaignId = Uuid.pipe(Schema.brand("CampaignId"))
export type CampaignId = typeof CampaignId.Type
