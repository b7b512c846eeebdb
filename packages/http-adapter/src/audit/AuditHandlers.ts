import { AuditLog } from "@domainflow/core/audit/AuditLog"
import { AuthLog } from "@domainflow/core/auth/AuthLog"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "audit",
  Effect.fn(function* (handlers) {
    const changes = yield* AuditLog
    const accounts = yield* AuthLog
    return handlers.handleAll({
      changes: ({ query: { after, limit, ...filter } }) => changes.page(filter, requestOf(after, limit)),
      accounts: ({ query: { after, limit, ...filter } }) => accounts.page(filter, requestOf(after, limit))
    })
  })
)

const requestOf = (after: string | undefined, limit: number | undefined) => ({
  ...(after === undefined ? {} : { after }),
  ...(limit === undefined ? {} : { limit })
})
