import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { statements } from "./functions/FunctionDefinition.ts"
import { cleanupExpiredSessions, updateSessionFingerprint, validateSessionSecurity } from "./functions/sessions.ts"

/** What the tables do by themselves, and the functions of the sessions. */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  for (const definition of [updateSessionFingerprint, validateSessionSecurity, cleanupExpiredSessions]) {
    for (const statement of statements(definition)) yield* sql.unsafe(statement)
  }

  yield* sql`
    create or replace trigger trigger_session_fingerprint before insert or update on auth.sessions
    for each row execute function auth.update_session_fingerprint()
  `
  for (const [name, table] of stamped) {
    yield* sql.unsafe(
      `create or replace trigger ${name} before update on ${table} for each row execute function public.trigger_set_timestamp()`
    )
  }
})

const stamped = [
  ["set_timestamp_auth_users", "auth.users"],
  ["set_timestamp_auth_roles", "auth.roles"],
  ["set_timestamp_campaigns", "public.campaigns"],
  ["set_timestamp_personas", "public.personas"],
  ["set_timestamp_keyword_sets", "public.keyword_sets"],
  ["set_timestamp_proxies", "public.proxies"],
  ["set_timestamp_campaign_jobs", "public.campaign_jobs"]
] as const
