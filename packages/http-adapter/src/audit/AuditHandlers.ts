import { AuditLog } from "@domainflow/core/audit/AuditLog"
import { AuthLog } from "@domainflow/core/auth/AuthLog"
import { Uuid } from "@domainflow/core/Uuid"
import { Effect, Schema } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"
import * as Pages from "../Pages.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "audit",
  Effect.fn(function* (handlers) {
    const changes = yield* AuditLog
    const accounts = yield* AuthLog
    return handlers.handleAll({
      changes: ({ query: { after, limit, ...filter } }) =>
        Pages.sealed(Uuid, requestOf(after, limit), (request) => changes.page(filter, request)),
      accounts: ({ query: { after, limit, ...filter } }) =>
        Pages.sealed(Serial, requestOf(after, limit), (request) => accounts.page(filter, request))
    })
  })
)

/** The id of an entry: a `bigint` of PostgreSQL. */
const Serial = Schema.String.check(Schema.isPattern(/^\d{1,18}$/))

const requestOf = (after: string | undefined, limit: number | undefined) => ({
  ...(after === undefined ? {} : { after }),
  ...(limit === undefined ? {} : { limit })
})
