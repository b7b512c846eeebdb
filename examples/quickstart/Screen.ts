import type { Campaign, CampaignType } from "@domainflow/core/campaign/Campaign"

const labels: Record<CampaignType, string> = {
  domain_generation: "spell",
  dns_validation: "resolve",
  http_keyword_validation: "fetch"
}

/** Characters of a bar; the whole line stays under 80 columns. */
const width = 28

/** Seconds over which the speed is taken: long enough to be calm, short enough to be true. */
const window = 5

/** A line every so many milliseconds where the output is a file or a pipe. */
const plainInterval = 2_000

/** Draws how far campaigns have come: bars that move on a terminal, plain lines elsewhere. */
export const make = (out: NodeJS.WriteStream, now: () => number) => {
  const samples = new Map<string, Array<readonly [number, number]>>()
  const colour = out.isTTY && process.env["NO_COLOR"] === undefined
  const paint = (code: number, text: string) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text)
  let drawn = 0
  let printed = Number.NEGATIVE_INFINITY

  const speed = (campaign: Campaign): number => {
    const done = Number(campaign.processedItems)
    const seen = samples.get(campaign.id) ?? []
    seen.push([now(), done])
    while (seen.length > 2 && now() - seen[0]![0] > window * 1_000) seen.shift()
    samples.set(campaign.id, seen)
    const [at, was] = seen[0]!
    return now() === at ? 0 : ((done - was) / (now() - at)) * 1_000
  }

  const line = (campaign: Campaign): string => {
    const done = Number(campaign.processedItems)
    const total = Number(campaign.totalItems)
    const share = total === 0 ? (campaign.status === "completed" ? 1 : 0) : done / total
    const filled = Math.round(share * width)
    const bar = paint(36, "█".repeat(filled)) + paint(90, "░".repeat(width - filled))
    const figures = `${count(done)}/${count(total)}`.padStart(15)
    const rate = speed(campaign)
    const took = campaign.startedAt && campaign.completedAt ? +campaign.completedAt - +campaign.startedAt : undefined
    const tail =
      took !== undefined
        ? paint(32, `done in ${seconds(took / 1_000)}`)
        : campaign.status !== "running"
          ? paint(90, campaign.status)
          : `${count(Math.round(rate))}/s${rate > 0 ? `, ${seconds((total - done) / rate)} left` : ""}`
    return `  ${labels[campaign.campaignType].padEnd(8)} ${bar} ${figures}  ${tail}`
  }

  return {
    draw: (campaigns: ReadonlyArray<Campaign>): void => {
      if (!out.isTTY) {
        if (now() - printed < plainInterval) return
        printed = now()
        out.write(`${campaigns.map((campaign) => line(campaign).trimEnd()).join("\n")}\n`)
        return
      }
      out.write(
        `${drawn > 0 ? `\x1b[${drawn}A` : ""}${campaigns.map((campaign) => `\x1b[2K${line(campaign)}\n`).join("")}`
      )
      drawn = campaigns.length
    },
    /** The last word on the campaigns, whatever was printed when. */
    finish: (campaigns: ReadonlyArray<Campaign>): void => {
      printed = Number.NEGATIVE_INFINITY
      if (out.isTTY) out.write(`\x1b[${drawn}A`)
      out.write(`${campaigns.map((campaign) => `${out.isTTY ? "\x1b[2K" : ""}${line(campaign)}\n`).join("")}\n`)
      drawn = 0
    }
  }
}

export const count = (value: number): string => value.toLocaleString("en-US")

export const seconds = (value: number): string =>
  value < 9.95 ? `${value.toFixed(1)} s` : value < 90 ? `${Math.round(value)} s` : `${Math.round(value / 60)} min`
