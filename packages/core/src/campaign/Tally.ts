import { Campaign } from "./Campaign.ts"
import { percentage } from "./Progress.ts"

/** What one append did to the counters: names that were new, and how they ended. A replayed batch adds nothing. */
export interface Tally {
  readonly successful: number
  readonly failed: number
}

export const empty: Tally = { successful: 0, failed: 0 }

export const add = (a: Tally, b: Tally): Tally => ({
  successful: a.successful + b.successful,
  failed: a.failed + b.failed
})

export const processed = (self: Tally): number => self.successful + self.failed

/** The campaign with the tally counted in. Its status is nobody's business here. */
export const count = (campaign: Campaign, self: Tally, at: Date): Campaign => {
  const processedItems = campaign.processedItems + BigInt(processed(self))
  return new Campaign({
    ...campaign,
    processedItems,
    successfulItems: campaign.successfulItems + BigInt(self.successful),
    failedItems: campaign.failedItems + BigInt(self.failed),
    progressPercentage: percentage(processedItems, campaign.totalItems),
    updatedAt: at
  })
}
