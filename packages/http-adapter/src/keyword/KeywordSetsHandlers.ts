import { KeywordSets } from "@domainflow/core/keyword/KeywordSets"
import { LinearRegex } from "@domainflow/core/keyword/LinearRegex"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"
import * as Trial from "./Trial.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "keywordSets",
  Effect.fn(function* (handlers) {
    const sets = yield* KeywordSets
    const regexes = yield* LinearRegex
    return handlers.handleAll({
      list: ({ query }) => sets.page(query),
      create: ({ payload }) => sets.create(payload),
      tryOut: ({ payload }) =>
        Trial.run(payload.rules, payload.text).pipe(
          Effect.map((findings) => ({ findings })),
          Effect.provideService(LinearRegex, regexes)
        ),
      get: ({ params }) => sets.get(params.id),
      update: ({ params, payload }) => sets.update(params.id, payload),
      remove: ({ params }) => sets.remove(params.id)
    })
  })
)
