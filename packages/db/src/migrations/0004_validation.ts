import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** Who asks (personas, proxies), for what (keyword sets), and what was answered. */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  yield* sql`
    create table if not exists public.personas (
      id uuid primary key default gen_random_uuid(),
      name text not null,
      description text,
      persona_type text not null check (persona_type in ('dns', 'http')),
      config_details jsonb not null,
      is_enabled boolean not null default true,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      unique (name, persona_type)
    )
  `

  yield* sql`
    create table if not exists public.keyword_sets (
      id uuid primary key default gen_random_uuid(),
      name text not null unique,
      description text,
      rules jsonb not null default '[]',
      is_enabled boolean not null default true,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )
  `

  yield* sql`
    create table if not exists public.proxies (
      id uuid primary key default gen_random_uuid(),
      name text not null unique,
      description text,
      address text not null unique,
      protocol text,
      username text,
      password_hash text,
      host text,
      port int,
      is_enabled boolean not null default true,
      is_healthy boolean not null default true,
      last_status text,
      last_checked_at timestamptz,
      latency_ms int,
      city text,
      country_code text,
      provider text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )
  `

  yield* sql`
    create table if not exists public.dns_validation_params (
      campaign_id uuid primary key references public.campaigns (id) on delete cascade,
      source_generation_campaign_id uuid references public.campaigns (id) on delete set null,
      persona_ids uuid[] not null,
      rotation_interval_seconds int default 0,
      processing_speed_per_minute int default 0,
      batch_size int default 50 check (batch_size > 0),
      retry_attempts int default 1 check (retry_attempts >= 0),
      metadata jsonb
    )
  `

  yield* sql`
    create table if not exists public.dns_validation_results (
      id uuid primary key default gen_random_uuid(),
      dns_campaign_id uuid not null references public.campaigns (id) on delete cascade,
      generated_domain_id uuid references public.generated_domains (id) on delete set null,
      domain_name text not null,
      validation_status text not null,
      dns_records jsonb,
      validated_by_persona_id uuid references public.personas (id) on delete set null,
      attempts int default 0 check (attempts >= 0),
      last_checked_at timestamptz,
      created_at timestamptz not null default now(),
      unique (dns_campaign_id, domain_name)
    )
  `

  yield* sql`
    create table if not exists public.http_keyword_campaign_params (
      campaign_id uuid primary key references public.campaigns (id) on delete cascade,
      source_campaign_id uuid not null references public.campaigns (id) on delete cascade,
      source_type text not null check (source_type in ('DomainGeneration', 'DNSValidation')),
      persona_ids uuid[] not null,
      keyword_set_ids uuid[],
      ad_hoc_keywords text[],
      proxy_ids uuid[],
      proxy_pool_id uuid,
      proxy_selection_strategy text,
      rotation_interval_seconds int default 0,
      processing_speed_per_minute int default 0,
      batch_size int default 10 check (batch_size > 0),
      retry_attempts int default 1 check (retry_attempts >= 0),
      target_http_ports int[],
      last_processed_domain_name text,
      metadata jsonb
    )
  `

  yield* sql`
    create table if not exists public.http_keyword_results (
      id uuid primary key default gen_random_uuid(),
      http_keyword_campaign_id uuid not null references public.campaigns (id) on delete cascade,
      dns_result_id uuid references public.dns_validation_results (id) on delete set null,
      domain_name text not null,
      validation_status text not null,
      http_status_code int,
      response_headers jsonb,
      page_title text,
      extracted_content_snippet text,
      found_keywords_from_sets jsonb,
      found_ad_hoc_keywords jsonb,
      content_hash text,
      validated_by_persona_id uuid references public.personas (id) on delete set null,
      used_proxy_id uuid references public.proxies (id) on delete set null,
      attempts int default 0,
      last_checked_at timestamptz,
      created_at timestamptz not null default now(),
      unique (http_keyword_campaign_id, domain_name)
    )
  `
})
