import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** Campaigns of all kinds, the names they spell, and how far each configuration has been spelt. */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  yield* sql`
    create table if not exists public.campaigns (
      id uuid primary key default gen_random_uuid(),
      name text not null,
      campaign_type text not null default 'domain_generation'
        check (campaign_type in ('domain_generation', 'dns_validation', 'http_keyword_validation')),
      status text not null,
      user_id uuid references auth.users (id) on delete set null,
      total_items bigint default 0,
      processed_items bigint default 0,
      successful_items bigint default 0,
      failed_items bigint default 0,
      progress_percentage double precision default 0.0,
      metadata jsonb,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      started_at timestamptz,
      completed_at timestamptz,
      error_message text
    )
  `

  yield* sql`
    create table if not exists public.domain_generation_campaign_params (
      campaign_id uuid primary key references public.campaigns (id) on delete cascade,
      pattern_type text not null,
      variable_length int,
      character_set text,
      constant_string text,
      tld text not null,
      num_domains_to_generate int not null,
      total_possible_combinations bigint not null,
      current_offset bigint not null default 0
    )
  `

  yield* sql`
    create table if not exists public.generated_domains (
      id uuid primary key default gen_random_uuid(),
      domain_generation_campaign_id uuid not null references public.campaigns (id) on delete cascade,
      domain_name text not null,
      source_keyword text,
      source_pattern text,
      tld text,
      offset_index bigint not null default 0,
      generated_at timestamptz not null default now(),
      created_at timestamptz not null default now(),
      unique (domain_generation_campaign_id, domain_name)
    )
  `

  yield* sql`
    create table if not exists public.domain_generation_config_states (
      config_hash text primary key,
      last_offset bigint not null,
      config_details jsonb not null,
      updated_at timestamptz not null default now()
    )
  `
})
