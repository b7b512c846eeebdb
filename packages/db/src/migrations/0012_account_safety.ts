import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/**
 * What accounts and audit trails hold beyond schema v3.
 *
 * `consecutive_locks`, `strikes`: how often in a row, so that locks and blocks can double. `rotation_due`, `rotated_at`: a session
 * that is to get a new token, and one that gave its place to another. `known_devices`: browsers that have logged in.
 * `former_user_id`: of whom a line spoke whose account is gone. The seals make a chain over each trail.
 */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  yield* sql`alter table auth.users add column if not exists consecutive_locks integer not null default 0`
  yield* sql`alter table auth.rate_limits add column if not exists strikes integer not null default 0`
  yield* sql`
    alter table auth.sessions
    add column if not exists rotation_due boolean not null default false,
    add column if not exists rotated_at timestamp
  `
  yield* sql`alter table auth.auth_audit_log add column if not exists former_user_id uuid`
  yield* sql`alter table public.audit_logs add column if not exists former_user_id uuid`

  yield* sql`
    create table if not exists auth.known_devices (
      id varchar(64) primary key,
      user_id uuid not null references auth.users (id) on delete cascade,
      failures integer not null default 0,
      last_used_at timestamp not null
    )
  `
  yield* sql`create index if not exists idx_known_devices_user_id on auth.known_devices (user_id)`

  // Addresses of older programs may be spelt with capitals; they are looked up without regard to case.
  yield* sql`create index if not exists idx_users_email_folded on auth.users (lower(email))`
  yield* sql`create index if not exists idx_users_verification on auth.users (email_verification_token)`
  yield* sql`create index if not exists idx_password_reset_token_hash on auth.password_reset_tokens (token_hash)`
  yield* sql`create index if not exists idx_auth_audit_former_user on auth.auth_audit_log (former_user_id)`
  yield* sql`create index if not exists idx_audit_logs_former_user on public.audit_logs (former_user_id)`

  // No foreign key: a line that was deleted must not take its seal with it.
  yield* sql`
    create table if not exists auth.auth_audit_log_seals (
      seq bigint primary key,
      entry_id bigint not null unique,
      mac text not null
    )
  `
  yield* sql`
    create table if not exists public.audit_logs_seals (
      seq bigint primary key,
      entry_id uuid not null unique,
      mac text not null
    )
  `
})
