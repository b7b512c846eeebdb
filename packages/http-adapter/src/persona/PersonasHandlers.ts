import { Personas } from "@domainflow/core/persona/Personas"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "personas",
  Effect.fn(function* (handlers) {
    const personas = yield* Personas
    return handlers.handleAll({
      list: ({ query: { type, ...request } }) => personas.page(type === undefined ? {} : { type }, request),
      create: ({ payload }) => personas.create(payload),
      get: ({ params }) => personas.get(params.id),
      update: ({ params, payload }) => personas.update(params.id, payload),
      remove: ({ params }) => personas.remove(params.id)
    })
  })
)
