import { CampaignId } from "@domainflow/core/campaign/CampaignId"
import { Campaigns } from "@domainflow/core/campaign/Campaigns"
import * as Enumeration from "@domainflow/core/generation/Enumeration"
import { GeneratedDomains } from "@domainflow/core/generation/GeneratedDomains"
import { Effect } from "effect"
import type { Browser, open } from "./world.ts"

let made = 0

/** A generation campaign of 26 or (`letters` 2) 676 names, none of them spelled yet. */
export const campaign = async (owner: Browser, letters = 1) => {
  const params = {
    _tag: "domain_generation",
    patternType: "prefix",
    variableLength: letters,
    characterSet: "letters",
    constantString: `word${made++}`,
    tld: "com"
  }
  const { body } = await owner.ask("POST", "/campaigns", { name: "names", params })
  return CampaignId.make(body.id)
}

/** Spells `count` names from an offset: one change of the counters. */
export const spell = (world: Pick<Awaited<ReturnType<typeof open>>, "run">, id: CampaignId, from: number, count = 1) =>
  world.run(
    Effect.gen(function* () {
      const campaigns = yield* Campaigns
      const domains = yield* GeneratedDomains
      const { sourceKeyword, sourcePattern, spell, tld } = yield* Enumeration.make(yield* campaigns.params(id))
      const offset = BigInt(from)
      const names = spell(offset, count)
      yield* domains.append({ campaignId: id, offset, names, sourceKeyword, sourcePattern, tld })
    })
  )

export interface Told {
  readonly event: string
  readonly id: string | undefined
  readonly data: { readonly processedItems?: string; readonly seq?: string; readonly status?: string }
}

/** Events as a browser reads them, until `enough`. Leaves the stream then. */
export const read = async (response: Response, enough: (told: ReadonlyArray<Told>) => boolean) => {
  const told: Array<Told> = []
  let text = ""
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    const blocks = text.split("\n\n")
    text = blocks.pop()!
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1]
      told.push({ event: field("event") ?? "message", id: field("id"), data: JSON.parse(field("data") ?? "{}") })
    }
    if (enough(told)) break
  }
  return told
}

export const cookieOf = ({ cookies }: Browser) => [...cookies].map(([name, value]) => `${name}=${value}`).join("; ")

export const progressOf = (told: ReadonlyArray<Told>) => told.filter(({ event }) => event === "progress")
