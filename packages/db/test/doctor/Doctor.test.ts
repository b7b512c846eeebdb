import { assert, describe, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as Catalogue from "../../src/doctor/Catalogue.ts"
import * as Doctor from "../../src/doctor/Doctor.ts"
import * as Schema from "../../src/doctor/Schema.ts"
import * as Database from "../support/Database.ts"

describe("the promises", () => {
  const count = (of: (table: (typeof Schema.v3)[number]) => number) =>
    Schema.v3.reduce((sum, table) => sum + of(table), 0)

  it("are as many as the schema has", () => {
    assert.deepStrictEqual(
      {
        tables: Schema.v3.length,
        columns: count((table) => Object.keys(table.columns).length),
        foreignKeys: count((table) => table.foreignKeys.length),
        indexes: count((table) => Object.keys(table.indexes).length),
        triggers: count((table) => Object.keys(table.triggers).length),
        functions: Schema.v3Functions.length,
        roles: Schema.roles.length,
        permissions: Schema.permissions.length
      },
      {
        tables: 22,
        columns: 228,
        foreignKeys: 24,
        indexes: 44,
        triggers: 8,
        functions: 5,
        roles: 4,
        permissions: 17
      }
    )
  })
})

layer(Database.layer)("a migrated database", (it) => {
  it.effect("keeps every promise", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* Doctor.examine, [])
    })
  )

  it.effect("has no column that the doctor does not know: those beyond schema v3 belong in promises/additions.ts", () =>
    Effect.gen(function* () {
      const { columns } = yield* Catalogue.read
      const known = new Map(Schema.tables.map((table) => [table.name, table.columns]))
      const unknown = columns.filter(({ table, name }) => !(name in (known.get(table) ?? {})))
      assert.deepStrictEqual(
        unknown
          .filter(({ table }) => table !== "public.domainflow_migrations")
          .map(({ table, name }) => `${table}.${name}`),
        []
      )
    })
  )

  it.effect("has no index, trigger or function that the doctor does not know either", () =>
    Effect.gen(function* () {
      const { functions, indexes, triggers } = yield* Catalogue.read
      const known = new Set([
        ...Schema.tables.flatMap((table) => [...Object.keys(table.indexes), ...Object.keys(table.triggers)]),
        ...Schema.functions.map(({ name }) => name)
      ])
      const keys = /_(key|pkey)$/
      const found = [
        ...indexes.filter(({ name }) => !keys.test(name)),
        ...triggers,
        // Those of extensions are written in C.
        ...functions.filter(({ language }) => language === "plpgsql")
      ]
      assert.deepStrictEqual(
        found.map(({ name }) => name).filter((name) => !known.has(name)),
        []
      )
    })
  )
})

layer(Database.layerEmpty)("an empty database", (it) => {
  it.effect("becomes the whole schema by what the doctor says", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* Doctor.mend(yield* Doctor.examine), [])
      assert.deepStrictEqual(yield* Doctor.examine, [])
    })
  )
})

layer(Database.layer)("a check of somebody else's that lets us write", (it) => {
  it.effect("is no difference", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`alter table proxies add check (protocol in ('http', 'https', 'socks4', 'socks5') and protocol <> '')`
      yield* sql`alter table campaigns add check (processed_items <= total_items)`
      assert.deepStrictEqual(yield* Doctor.examine, [])
    })
  )
})

/** One way to break each kind of thing, and how the doctor names it. */
const breakages: ReadonlyArray<readonly [what: string, broken: string, sentences: ReadonlyArray<string>]> = [
  ["a missing index", "drop index public.idx_campaigns_status", ["public.campaigns: no index idx_campaigns_status"]],
  [
    "an index on other columns",
    "drop index idx_campaigns_type; create index idx_campaigns_type on campaigns (name)",
    [
      "public.campaigns: index idx_campaigns_type is CREATE INDEX idx_campaigns_type ON public.campaigns USING btree (name) instead of on public.campaigns (campaign_type)"
    ]
  ],
  [
    "an index of fewer rows",
    "drop index auth.idx_sessions_ip_address; create index idx_sessions_ip_address on auth.sessions (ip_address) where is_active",
    [
      "auth.sessions: index idx_sessions_ip_address is CREATE INDEX idx_sessions_ip_address ON auth.sessions USING btree (ip_address) WHERE is_active instead of on auth.sessions (ip_address) where ip_address is not null"
    ]
  ],
  [
    "a missing default",
    "alter table campaigns alter column total_items drop default",
    ["public.campaigns.total_items: has no default instead of 0"]
  ],
  [
    "another default",
    "alter table dns_validation_params alter column batch_size set default 10",
    ["public.dns_validation_params.batch_size: has the default 10 instead of 50"]
  ],
  [
    "a missing sequence",
    "alter table auth.rate_limits alter column id drop default",
    ["auth.rate_limits.id: has no sequence of its own"]
  ],
  [
    "an identity instead of a sequence",
    "alter table auth.rate_limits alter column id drop default; alter table auth.rate_limits alter column id add generated by default as identity",
    ["auth.rate_limits.id: has no sequence of its own"]
  ],
  ["a missing column", "alter table proxies drop column latency_ms", ["public.proxies.latency_ms: no such column"]],
  [
    "a missing column with its index",
    "alter table generated_domains drop column offset_index",
    [
      "public.generated_domains.offset_index: no such column",
      "public.generated_domains: no index idx_generated_domains_offset"
    ]
  ],
  [
    "a column of another type",
    "alter table campaigns alter column total_items type integer",
    ["public.campaigns.total_items: is integer instead of bigint"]
  ],
  [
    "text for a time",
    "alter table auth.sessions alter column expires_at type text",
    ["auth.sessions.expires_at: is text instead of timestamp without time zone"]
  ],
  [
    "a time with a zone for one without",
    "alter table auth.users alter column locked_until type timestamptz",
    ["auth.users.locked_until: is timestamp with time zone instead of timestamp without time zone"]
  ],
  [
    "a longer varchar",
    "alter table auth.roles alter column name type varchar(500)",
    ["auth.roles.name: is character varying(500) instead of character varying(50)"]
  ],
  ["a nullable column", "alter table auth.users alter column email drop not null", ["auth.users.email: may be null"]],
  [
    "a column that may not be null",
    "alter table campaigns alter column user_id set not null",
    ["public.campaigns.user_id: may not be null"]
  ],
  [
    "somebody else's column that must be given",
    "alter table auth.sessions add column csrf_token text not null",
    ["auth.sessions.csrf_token: is not ours, and must be given in every row"]
  ],
  [
    "a missing foreign key",
    "alter table campaign_jobs drop constraint campaign_jobs_campaign_id_fkey",
    ["public.campaign_jobs.campaign_id: no foreign key to public.campaigns on delete cascade"]
  ],
  [
    "a foreign key that does otherwise",
    "alter table audit_logs drop constraint audit_logs_user_id_fkey; alter table audit_logs add constraint audit_logs_user_id_fkey foreign key (user_id) references auth.users (id) on delete cascade",
    ["public.audit_logs.user_id: no foreign key to auth.users on delete set null"]
  ],
  [
    "a foreign key that contradicts ours",
    "alter table audit_logs add constraint elder foreign key (user_id) references auth.users (id)",
    ["public.audit_logs.user_id: contradicting foreign key elder (on delete no action)"]
  ],
  [
    "a constraint of another name",
    "alter table keyword_sets rename constraint keyword_sets_name_key to uq_keyword_set",
    ["public.keyword_sets: its unique uq_keyword_set is to be called keyword_sets_name_key"]
  ],
  [
    "uniqueness by an index alone",
    "alter table proxies drop constraint proxies_name_key; create unique index uq_proxy on proxies (name)",
    ["public.proxies: its unique uq_proxy is to be called proxies_name_key"]
  ],
  [
    "a missing uniqueness",
    "alter table personas drop constraint personas_name_persona_type_key",
    ["public.personas: (name, persona_type) is not unique"]
  ],
  [
    "a missing primary key",
    "alter table domain_generation_config_states drop constraint domain_generation_config_states_pkey",
    ["public.domain_generation_config_states: the primary key is missing instead of (config_hash)"]
  ],
  [
    "a primary key of another name",
    "alter table audit_logs rename constraint audit_logs_pkey to pk_audit",
    ["public.audit_logs: its constraint pk_audit is to be called audit_logs_pkey"]
  ],
  [
    "a missing check",
    "alter table campaigns drop constraint campaigns_campaign_type_check",
    [
      "public.campaigns.campaign_type: no check (campaign_type in ('domain_generation', 'dns_validation', 'http_keyword_validation'))"
    ]
  ],
  [
    "another check of the name",
    "alter table campaign_jobs drop constraint campaign_jobs_attempts_check; alter table campaign_jobs add constraint campaign_jobs_attempts_check check (attempts > 5)",
    ["public.campaign_jobs.attempts: no check (attempts >= 0)"]
  ],
  [
    "somebody else's check that refuses a state",
    "alter table campaigns add constraint chk_status check (status in ('pending', 'queued', 'running', 'pausing', 'paused', 'completed', 'failed', 'cancelled'))",
    ["public.campaigns.status: check chk_status refuses archived"]
  ],
  [
    "somebody else's check that refuses a number",
    "alter table domain_generation_campaign_params add constraint chk_num check (num_domains_to_generate > 0)",
    ["public.domain_generation_campaign_params.num_domains_to_generate: check chk_num refuses 0"]
  ],
  [
    "a missing trigger",
    "drop trigger set_timestamp_campaigns on campaigns",
    ["public.campaigns: no trigger set_timestamp_campaigns"]
  ],
  [
    "a disabled trigger",
    "alter table personas disable trigger set_timestamp_personas",
    ["public.personas: trigger set_timestamp_personas is disabled"]
  ],
  [
    "a trigger on less",
    "create or replace trigger trigger_session_fingerprint before insert on auth.sessions for each row execute function auth.update_session_fingerprint()",
    [
      "auth.sessions: trigger trigger_session_fingerprint does not call auth.update_session_fingerprint before each insert or update"
    ]
  ],
  [
    "a missing function",
    "drop function auth.cleanup_expired_sessions()",
    ["no function auth.cleanup_expired_sessions"]
  ],
  [
    "another text of a function",
    "create or replace function auth.cleanup_expired_sessions() returns integer language sql as 'select 0'",
    ["function auth.cleanup_expired_sessions: is not the one of this release"]
  ],
  [
    "a function of another result",
    "drop function auth.cleanup_expired_sessions(); create function auth.cleanup_expired_sessions() returns bigint language sql as 'select 0::bigint'",
    ["function auth.cleanup_expired_sessions: is not the one of this release"]
  ],
  [
    "a second function of the name",
    "create function auth.validate_session_security(text, inet, text) returns boolean language sql as 'select true'",
    ["function auth.validate_session_security: another one of the name makes calls ambiguous"]
  ],
  ["a missing extension", 'drop extension "uuid-ossp"', ["no extension uuid-ossp"]],
  ["a missing role", "delete from auth.roles where name = 'viewer'", ["no role viewer"]],
  [
    "a role that the system does not own",
    "update auth.roles set is_system_role = null where name = 'user'",
    ["role user: is not marked as the system's"]
  ],
  [
    "a missing permission",
    "delete from auth.permissions where name = 'reports:generate'",
    ["no permission reports:generate"]
  ],
  [
    "a permission of another name",
    "update auth.permissions set name = 'campaigns.create' where resource = 'campaigns' and action = 'create'",
    ["permission campaigns:create: is called campaigns.create"]
  ],
  [
    "a missing table",
    "drop table domain_generation_config_states",
    [
      "no table public.domain_generation_config_states",
      "public.domain_generation_config_states.config_hash: no such column",
      "public.domain_generation_config_states.last_offset: no such column",
      "public.domain_generation_config_states.config_details: no such column",
      "public.domain_generation_config_states.updated_at: no such column",
      "public.domain_generation_config_states: the primary key is missing instead of (config_hash)"
    ]
  ]
]

layer(Database.layer)("broken", (it) => {
  for (const [what, broken, sentences] of breakages) {
    it.effect(`${what} is said and mended`, () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        for (const statement of broken.split("; ")) yield* sql.unsafe(statement)

        const differences = yield* Doctor.examine
        assert.deepStrictEqual(
          differences.map(({ sentence }) => sentence),
          sentences
        )
        assert.deepStrictEqual(yield* Doctor.mend(differences), [])
        assert.deepStrictEqual(yield* Doctor.examine, [])
      })
    )
  }

  it.effect("a role of another id takes its holders and rights along", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const elder = "5c2b0f0e-58a1-4a39-9a4c-3c3a0c2f7a11"
      const rights = sql`
        select count(*) from auth.role_permissions rp join auth.roles r on r.id = rp.role_id where r.name = 'admin'
      `
      const before = yield* rights
      yield* sql`insert into auth.roles (id, name, display_name) values (${elder}, 'elder', 'Elder')`
      yield* sql`update auth.role_permissions set role_id = ${elder} where role_id = ${Schema.roleId("admin")}`
      yield* sql`delete from auth.roles where name = 'admin'`
      yield* sql`update auth.roles set name = 'admin' where id = ${elder}`
      const [user] = yield* sql<{ id: string }>`
        insert into auth.users (email, password_hash, first_name, last_name) values ('a@b.c', '', '', '') returning id
      `
      yield* sql`insert into auth.user_roles (user_id, role_id) values (${user!.id}, ${elder})`

      const differences = yield* Doctor.examine
      assert.deepStrictEqual(
        differences.map(({ sentence }) => sentence),
        [`role admin: has the id ${elder} instead of ${Schema.roleId("admin")}`]
      )
      assert.deepStrictEqual(yield* Doctor.mend(differences), [])

      assert.deepStrictEqual(yield* Doctor.examine, [])
      assert.deepStrictEqual(yield* rights, before)
      assert.deepStrictEqual(yield* sql`select role_id from auth.user_roles`, [{ roleId: Schema.roleId("admin") }])
    })
  )

  it.effect("rows that contradict a promise stay, and it is said that they do", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`alter table keyword_sets drop constraint keyword_sets_name_key`
      yield* sql`insert into keyword_sets (name) values ('twice'), ('twice')`

      const failures = yield* Doctor.mend(yield* Doctor.examine)

      assert.deepStrictEqual(
        failures.map(({ difference, error }) => [difference.sentence, error.reason._tag]),
        [["public.keyword_sets: (name) is not unique", "UniqueViolation"]]
      )
      assert.strictEqual((yield* sql`select 1 from keyword_sets`).length, 2)
      assert.strictEqual((yield* Doctor.examine).length, 1)
    })
  )
})
