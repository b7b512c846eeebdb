import { Layer } from "effect"
import { Migrator } from "effect/sql"
import foundation from "./migrations/0001_foundation.ts"
import accounts from "./migrations/0002_accounts.ts"
import campaigns from "./migrations/0003_campaigns.ts"
import validation from "./migrations/0004_validation.ts"
import operations from "./migrations/0005_operations.ts"
import adopt from "./migrations/0006_adopt.ts"
import indexes from "./migrations/0007_indexes.ts"
import triggers from "./migrations/0008_triggers.ts"
import roles from "./migrations/0009_roles.ts"
import resumePoints from "./migrations/0010_resume_points.ts"
import configStates from "./migrations/0011_config_states.ts"
import accountSafety from "./migrations/0012_account_safety.ts"
import answers from "./migrations/0013_answers.ts"
import queue from "./migrations/0014_queue.ts"
import progress from "./migrations/0015_progress.ts"
import standings from "./migrations/0016_standings.ts"
import counters from "./migrations/0017_counters.ts"
import findings from "./migrations/0018_findings.ts"
import exactCounters from "./migrations/0019_exact_counters.ts"
import adoptedTotals from "./migrations/0020_adopted_totals.ts"
import uncounted from "./migrations/0021_uncounted.ts"
import unseenTransactions from "./migrations/0022_unseen_transactions.ts"
import silentHolders from "./migrations/0023_silent_holders.ts"

/** In the order they run. A migration that has shipped is never edited. */
const migrations = {
  "0001_foundation": foundation,
  "0002_accounts": accounts,
  "0003_campaigns": campaigns,
  "0004_validation": validation,
  "0005_operations": operations,
  "0006_adopt": adopt,
  "0007_indexes": indexes,
  "0008_triggers": triggers,
  "0009_roles": roles,
  "0010_resume_points": resumePoints,
  "0011_config_states": configStates,
  "0012_account_safety": accountSafety,
  "0013_answers": answers,
  "0014_queue": queue,
  "0015_progress": progress,
  "0016_standings": standings,
  "0017_counters": counters,
  "0018_findings": findings,
  "0019_exact_counters": exactCounters,
  "0020_adopted_totals": adoptedTotals,
  "0021_uncounted": uncounted,
  "0022_unseen_transactions": unseenTransactions,
  "0023_silent_holders": silentHolders
}

/**
 * Brings a database to this release, in one transaction, and answers what was run: ids and names.
 *
 * Any number of processes may call it at once: one migrates, the others wait and find nothing left to do.
 */
export const run = Migrator.make({})({ loader: Migrator.fromRecord(migrations), table: "domainflow_migrations" })

/** A migrated database for the layers above it. */
export const layer = Layer.effectDiscard(run)
