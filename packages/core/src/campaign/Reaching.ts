import { Effect, Schema, Stream } from "effect"
import { Reach } from "../auth/Reach.ts"
import { type Campaign, CampaignNotFound } from "./Campaign.ts"
import { CampaignId } from "./CampaignId.ts"
import type { CampaignFilter, Campaigns } from "./Campaigns.ts"

type Port = Campaigns["Service"]

/**
 * Campaigns as far as the `Reach` of the context goes: what lies outside looks as if it were not there. Looking first is
 * safe, because a campaign never changes hands: its owner is set with it, and at most forgotten.
 *
 * Every operation is listed: one that is new does not compile until it has been said how far it reaches.
 */
export const reaching = (port: Port): Port => {
  /** The campaign, if it is within reach; the look costs a query only where there is a bound. */
  const within =
    <Args extends ReadonlyArray<unknown>, A, E, R>(
      operation: (id: CampaignId, ...args: Args) => Effect.Effect<A, E, R>
    ) =>
    (id: CampaignId, ...args: Args) =>
      Effect.flatMap(Reach, (reach) =>
        reach === null ? operation(id, ...args) : Effect.andThen(get(id), operation(id, ...args))
      )

  const get: Port["get"] = (id) =>
    Effect.flatMap(Reach, (reach) =>
      Effect.flatMap(port.get(id), (campaign) =>
        isWithin(campaign, reach) ? Effect.succeed(campaign) : Effect.fail(new CampaignNotFound({ campaignId: id }))
      )
    )

  return {
    create: (campaign, owner) => {
      const source = sourceOf(campaign)
      const created = port.create(campaign, owner)
      // A source that is misspelt is for `create` to judge.
      return source === undefined ? created : Effect.andThen(within(() => Effect.void)(source), created)
    },
    createPipeline: port.createPipeline,
    get,
    params: within(port.params),
    page: (filter, request) =>
      Effect.flatMap(Reach, (reach) =>
        Effect.map(port.page(bounded(filter, reach), request), (page) =>
          filter.owner === undefined || reach === null || filter.owner === reach ? page : { items: [], next: null }
        )
      ),
    fedBy: (id) =>
      Effect.flatMap(Reach, (reach) =>
        Effect.map(port.fedBy(id), (campaigns) => campaigns.filter((campaign) => isWithin(campaign, reach)))
      ),
    move: within(port.move),
    watch: (id, after) => Stream.unwrap(Effect.as(get(id), port.watch(id, after))),
    measure: within(port.measure),
    remove: within(port.remove)
  }
}

const isWithin = ({ userId }: Campaign, reach: string | null): boolean => reach === null || userId === reach

const bounded = (filter: CampaignFilter, reach: CampaignFilter["owner"] | null): CampaignFilter =>
  reach == null ? filter : { ...filter, owner: reach }

const sourceOf = ({ params }: Parameters<Port["create"]>[0]): CampaignId | undefined => {
  switch (params?._tag) {
    case "dns_validation":
      return uuid(params.sourceGenerationCampaignId)
    case "http_keyword_validation":
      return uuid(params.sourceCampaignId)
    case "domain_generation":
    case undefined:
      return undefined
  }
}

const isId = Schema.is(CampaignId)
const uuid = (given: unknown): CampaignId | undefined => (isId(given) ? given : undefined)
