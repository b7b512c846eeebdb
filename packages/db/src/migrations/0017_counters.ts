import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { statements } from "./functions/FunctionDefinition.ts"
import { countCampaign, writeCampaignProgress } from "./functions/progress.ts"

/**
 * Counts batches without a new version of the campaign's row for each, beside transactions that stay open.
 *
 * Every row of results refers to its campaign, and to check that PostgreSQL looks at each version of the campaign's row which a
 * vacuum could not remove. Beside a transaction that stays open for minutes none can be removed: with a version a batch, a name
 * would soon cost a hundred times what it does. So a batch is counted by a new row of `campaign_progress`, in its transaction;
 * the campaign's own columns follow with it, or on the terms of `count_campaign`.
 *
 * The newest row of `campaign_progress` is how a campaign stands. Whoever changes a campaign's row, by whatever way, brings its
 * counters up to that.
 */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const definition of [writeCampaignProgress, countCampaign]) {
    for (const statement of statements(definition)) yield* sql.unsafe(statement)
  }
})
