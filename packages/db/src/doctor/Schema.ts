import type { FunctionDefinition } from "../migrations/functions/FunctionDefinition.ts"
import { countCampaign, writeCampaignProgress } from "../migrations/functions/progress.ts"
import {
  cleanupExpiredSessions,
  updateSessionFingerprint,
  validateSessionSecurity
} from "../migrations/functions/sessions.ts"
import { generateUserAgentHash, triggerSetTimestamp } from "../migrations/functions/shared.ts"
import type { Table } from "./Promised.ts"
import { accounts } from "./promises/accounts.ts"
import * as additions from "./promises/additions.ts"
import { campaigns } from "./promises/campaigns.ts"
import { generation } from "./promises/generation.ts"
import { validation } from "./promises/validation.ts"

export { permissions, roleId, roles } from "../migrations/0009_roles.ts"

/**
 * Schema v3, the contract that a database is held against: 22 tables with their 24 foreign keys, 44 indexes and
 * 8 triggers, 5 functions, 4 roles, 17 permissions, 2 extensions. More than that is no difference.
 */
export const v3: ReadonlyArray<Table> = [...accounts, ...campaigns, ...generation, ...validation]

/** What this release works with. */
export const tables: ReadonlyArray<Table> = [
  ...v3.map((table) => ({
    ...table,
    columns: { ...table.columns, ...additions.parts[table.name]?.columns },
    indexes: { ...table.indexes, ...additions.parts[table.name]?.indexes },
    triggers: { ...table.triggers, ...additions.parts[table.name]?.triggers }
  })),
  ...additions.tables
]

/** Those of schema v3. */
export const v3Functions: ReadonlyArray<FunctionDefinition> = [
  generateUserAgentHash,
  triggerSetTimestamp,
  updateSessionFingerprint,
  validateSessionSecurity,
  cleanupExpiredSessions
]

/** What this release works with. */
export const functions: ReadonlyArray<FunctionDefinition> = [...v3Functions, writeCampaignProgress, countCampaign]

export const extensions = ["uuid-ossp", "pgcrypto"] as const
