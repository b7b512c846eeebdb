import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** The queue of work and the trail of changes. */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  yield* sql`
    create table if not exists public.audit_logs (
      id uuid primary key default gen_random_uuid(),
      timestamp timestamptz not null default now(),
      user_id uuid references auth.users (id) on delete set null,
      action text not null,
      entity_type text,
      entity_id uuid,
      details jsonb,
      client_ip text,
      user_agent text
    )
  `

  yield* sql`
    create table if not exists public.campaign_jobs (
      id uuid primary key default gen_random_uuid(),
      campaign_id uuid not null references public.campaigns (id) on delete cascade,
      job_type text not null,
      status text not null default 'pending',
      scheduled_at timestamptz not null default now(),
      attempts int default 0 check (attempts >= 0),
      max_attempts int default 3 check (max_attempts > 0),
      last_attempted_at timestamptz,
      last_error text,
      processing_server_id text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      job_payload jsonb,
      next_execution_at timestamptz,
      locked_at timestamptz,
      locked_by text
    )
  `
})
