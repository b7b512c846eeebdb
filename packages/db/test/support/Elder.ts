/**
 * A database as it stood before our migrations: schema v3 straight from its promises, by other hands and under other
 * names, with rows in every table. Some of them are odd, as years leave them.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { Table } from "../../src/doctor/Promised.ts"
import * as Schema from "../../src/doctor/Schema.ts"

/** Makes the tables, without rows. */
export const tables = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const name of Schema.extensions) yield* sql.unsafe(`create extension "${name}"`)
  yield* sql`create schema auth`
  for (const table of Schema.v3) yield* sql.unsafe(created(table))
  for (const { name, foreignKeys, indexes } of Schema.v3) {
    for (const { column, table, onDelete } of foreignKeys) {
      yield* sql.unsafe(
        `alter table ${name} add constraint fk_${bare(name)}_${column} foreign key (${column}) references ${table} (id) on delete ${onDelete}`
      )
    }
    for (const [index, { columns, where }] of Object.entries(indexes)) {
      yield* sql.unsafe(`create index ${index} on ${name} (${columns}) ${where === null ? "" : `where ${where}`}`)
    }
  }
  for (const statement of code) yield* sql.unsafe(statement)
})

/** Fills every table. */
export const rows = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of inserts) yield* sql.unsafe(statement)
})

/** Every row of every table, as JSON by table; what adoption adds to them is left out by `columns`. */
export const everyRow = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const found: Record<string, ReadonlyArray<string>> = {}
  for (const { name, columns } of Schema.v3) {
    const all = yield* sql.unsafe<{ row: unknown }>(
      `select to_jsonb(t) as row from (select ${Object.keys(columns).join(", ")} from ${name}) t`
    )
    found[name] = all.map(({ row }) => JSON.stringify(row)).sort()
  }
  return found
})

export const ids = {
  user: "11111111-1111-4111-8111-111111111111",
  generation: "22222222-2222-4222-8222-222222222201",
  untouched: "22222222-2222-4222-8222-222222222202",
  dns: "22222222-2222-4222-8222-222222222203",
  http: "22222222-2222-4222-8222-222222222204",
  broken: "22222222-2222-4222-8222-222222222205",
  dnsPersona: "33333333-3333-4333-8333-333333333301",
  httpPersona: "33333333-3333-4333-8333-333333333302",
  keywordSet: "44444444-4444-4444-8444-444444444444",
  proxy: "55555555-5555-4555-8555-555555555555",
  domain: "66666666-6666-4666-8666-66666666660",
  dnsResult: "77777777-7777-4777-8777-777777777777"
} as const

const bare = (table: string) => table.replace(/^\w+\./, "")

const created = ({ name, columns, primaryKey, uniques }: Table): string =>
  `create table ${name} (${[
    ...Object.entries(columns).map(([column, { type, nullable, default: byDefault, check }]) =>
      [
        column,
        byDefault === "serial" ? "bigserial" : type,
        nullable ? "" : "not null",
        byDefault === null || byDefault === "serial" ? "" : `default ${byDefault}`,
        check === null
          ? ""
          : `constraint chk_${bare(name)}_${column} check (${
              "words" in check
                ? check.words
                    .toReversed()
                    .map((word) => `${column} = '${word}'`)
                    .join(" or ")
                : check.least === 0
                  ? `${column} >= 0`
                  : `${column} > ${check.least - 1}`
            })`
      ].join(" ")
    ),
    `constraint pk_${bare(name)} primary key (${primaryKey.join(", ")})`,
    ...uniques.map((unique) => `constraint uq_${bare(name)}_${unique.join("_")} unique (${unique.join(", ")})`)
  ].join(", ")})`

/** Functions of the same names that do something else, and one that is declared otherwise. */
const code = [
  `create function generate_user_agent_hash(user_agent_text text) returns varchar(64) language plpgsql immutable as $$
   begin return encode(digest(user_agent_text, 'sha256'), 'hex'); end $$`,
  `create function trigger_set_timestamp() returns trigger language plpgsql as $$
   begin new.updated_at = now(); return new; end $$`,
  `create function auth.update_session_fingerprint() returns trigger language plpgsql as $$
   begin new.session_fingerprint := 'elder'; return new; end $$`,
  `create function auth.validate_session_security(p_session_id varchar, p_client_ip inet, p_user_agent text)
   returns boolean language sql as 'select true'`,
  `create function auth.cleanup_expired_sessions() returns void language sql as 'delete from auth.sessions'`,
  "create trigger set_timestamp_campaigns after update on campaigns for each row execute function trigger_set_timestamp()"
]

const inserts = [
  `insert into auth.users (id, email, password_hash, password_pepper_version, first_name, last_name, is_active, is_locked, failed_login_attempts, created_at)
   values ('${ids.user}', 'Ada@Example.org', '$2a$12$elder', null, 'Ada', '', null, null, null, '2019-03-31 02:30:00')`,
  `insert into auth.sessions (id, user_id, ip_address, user_agent, session_fingerprint, is_active, expires_at)
   values ('elder-session', '${ids.user}', '192.0.2.7/24', 'Mozilla', 'elder', null, 'infinity')`,
  "insert into auth.roles (id, name, display_name, is_system_role) values ('00000000-0000-0000-0000-000000000001', 'super_admin', 'Boss', true)",
  "insert into auth.roles (id, name, display_name) values ('99999999-9999-4999-8999-999999999999', 'auditor', 'Auditor')",
  "insert into auth.permissions (name, display_name, resource, action) values ('campaigns:create', 'Make', 'campaigns', 'create')",
  "insert into auth.permissions (name, display_name, resource, action) values ('audit.read', 'Audit', 'audit', 'read')",
  `insert into auth.user_roles (user_id, role_id) select '${ids.user}', id from auth.roles`,
  "insert into auth.role_permissions (role_id, permission_id) select r.id, p.id from auth.roles r, auth.permissions p",
  `insert into auth.password_reset_tokens (user_id, token_hash, expires_at) values ('${ids.user}', 'hash', '2020-01-01')`,
  `insert into auth.auth_audit_log (id, user_id, event_type, event_status, security_flags, risk_score) values (41, '${ids.user}', 'LOGIN', 'Success', null, null)`,
  "insert into auth.rate_limits (id, identifier, action, attempts) values (7, '192.0.2.7', 'login', null)",

  `insert into campaigns (id, name, campaign_type, status, user_id, total_items, processed_items, successful_items, failed_items, progress_percentage, metadata)
   values ('${ids.generation}', 'half done', 'domain_generation', 'Running', '${ids.user}', 20, 4, 4, 0, 20, '{"note": "x"}')`,
  `insert into campaigns (id, name, campaign_type, status, total_items, processed_items, successful_items, failed_items, progress_percentage)
   values ('${ids.untouched}', 'never begun', 'domain_generation', 'pending', null, null, null, null, null)`,
  `insert into campaigns (id, name, campaign_type, status) values ('${ids.dns}', 'dns', 'dns_validation', 'cancelled')`,
  `insert into campaigns (id, name, campaign_type, status) values ('${ids.http}', 'http', 'http_keyword_validation', 'paused')`,
  `insert into campaigns (id, name, campaign_type, status) values ('${ids.broken}', 'no such pattern', 'domain_generation', 'failed')`,
  `insert into domain_generation_campaign_params (campaign_id, pattern_type, variable_length, character_set, constant_string, tld, num_domains_to_generate, total_possible_combinations, current_offset)
   values ('${ids.generation}', 'prefix_suffix', 1, 'ABC', 'Shop', '.COM', 20, 9, 6)`,
  `insert into domain_generation_campaign_params (campaign_id, pattern_type, variable_length, character_set, constant_string, tld, num_domains_to_generate, total_possible_combinations, current_offset)
   values ('${ids.untouched}', 'prefix', 3, 'alphanumeric', 'test', 'com', 100, 46656, 50)`,
  `insert into domain_generation_campaign_params (campaign_id, pattern_type, tld, num_domains_to_generate, total_possible_combinations)
   values ('${ids.broken}', 'markov', 'com', 5, 5)`,
  ...[2, 3, 4, 5].map(
    (offset) =>
      `insert into generated_domains (id, domain_generation_campaign_id, domain_name, tld, offset_index)
       values ('${ids.domain}${offset}', '${ids.generation}', 'name${offset}.com', 'com', ${offset})`
  ),
  // Names that nobody of us would spell, without a TLD, at an offset that is taken.
  `insert into generated_domains (domain_generation_campaign_id, domain_name, tld, offset_index) values
   ('${ids.generation}', 'Under_Score.COM', null, 5), ('${ids.generation}', 'münchen.de', null, 5)`,
  `insert into domain_generation_config_states (config_hash, last_offset, config_details) values ('d41d8cd98f', 6, '{"patternType": "prefix"}')`,

  `insert into personas (id, name, persona_type, config_details) values
   ('${ids.dnsPersona}', 'elder', 'dns', '{"resolvers": ["192.0.2.53"], "unknownKey": 1}'),
   ('${ids.httpPersona}', 'elder', 'http', '{}')`,
  `insert into keyword_sets (id, name, rules) values ('${ids.keywordSet}', 'elder', '[{"pattern": "", "ruleType": "string"}]')`,
  `insert into proxies (id, name, address, protocol, password_hash) values ('${ids.proxy}', 'elder', '192.0.2.9:8080', 'HTTP', 'plain')`,
  "insert into proxies (name, address, protocol, latency_ms) values ('eldest', 'proxy.example:1080', 'SOCKS4', -1)",
  `insert into dns_validation_params (campaign_id, source_generation_campaign_id, persona_ids, batch_size, retry_attempts)
   values ('${ids.dns}', '${ids.generation}', '{${ids.dnsPersona}}', null, null)`,
  `insert into dns_validation_results (id, dns_campaign_id, generated_domain_id, domain_name, validation_status, attempts) values
   ('${ids.dnsResult}', '${ids.dns}', '${ids.domain}2', 'name2.com', 'RESOLVED', null),
   (gen_random_uuid(), '${ids.dns}', '${ids.domain}3', 'name3.com', 'Unresolved', 1),
   (gen_random_uuid(), '${ids.dns}', '${ids.domain}4', 'name4.com', 'PENDING', 0)`,
  `insert into http_keyword_campaign_params (campaign_id, source_campaign_id, source_type, persona_ids, keyword_set_ids, target_http_ports)
   values ('${ids.http}', '${ids.dns}', 'DNSValidation', '{}', '{${ids.keywordSet}}', '{443,8080}')`,
  `insert into http_keyword_results (http_keyword_campaign_id, dns_result_id, domain_name, validation_status, response_headers, used_proxy_id)
   values ('${ids.http}', '${ids.dnsResult}', 'name2.com', 'lead_valid', '{"Server": "x"}', '${ids.proxy}')`,
  `insert into audit_logs (user_id, action, entity_type, details) values ('${ids.user}', 'CAMPAIGN CREATED', 'Campaign', '"text"')`,
  `insert into campaign_jobs (campaign_id, job_type, status, attempts, job_payload) values
   ('${ids.generation}', 'generation', 'Running', 1, '{}'), ('${ids.dns}', 'dns_validation', 'QUEUED', null, null),
   ('${ids.http}', 'http', 'Cancelled', 9, '[1, "two"]')`
]
