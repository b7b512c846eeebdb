import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { statements } from "./functions/FunctionDefinition.ts"
import { countCampaign, writeCampaignProgress } from "./functions/progress.ts"

/**
 * Lets a campaign's own counters follow every batch again, in its transaction: whoever reads the table sees as many as there
 * are rows. Only beside a transaction that has been open for seconds, where each version of the campaign's row would stay and
 * be looked at by every new row of results, do they follow on the terms of migration 0017; its newest row of
 * `campaign_progress` is exact even then.
 */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const definition of [writeCampaignProgress, countCampaign]) {
    for (const statement of statements(definition)) yield* sql.unsafe(statement)
  }
})
