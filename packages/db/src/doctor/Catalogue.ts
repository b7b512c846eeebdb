import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** What a database has, as its own catalogue tells it. Names carry their schema: `auth.users`. */
export interface Catalogue {
  readonly schemas: ReadonlySet<string>
  readonly extensions: ReadonlySet<string>
  readonly tables: ReadonlySet<string>
  readonly columns: ReadonlyArray<Column>
  readonly constraints: ReadonlyArray<Constraint>
  readonly indexes: ReadonlyArray<Index>
  readonly functions: ReadonlyArray<Function>
  readonly triggers: ReadonlyArray<Trigger>
  readonly roles: ReadonlyArray<Role>
  readonly permissions: ReadonlyArray<Permission>
}

export interface Column {
  readonly table: string
  readonly name: string
  /** As `format_type` prints it: `character varying(255)`. */
  readonly type: string
  readonly required: boolean
  /** As `pg_get_expr` prints it; null for none, and for an identity column. */
  readonly default: string | null
  /** An identity or generated column fills itself. */
  readonly own: boolean
}

export interface Constraint {
  readonly table: string
  readonly name: string
  readonly kind: "primary key" | "foreign key" | "check"
  readonly columns: ReadonlyArray<string>
  readonly definition: string
  /** Of a foreign key. */
  readonly target: string | null
  readonly onDelete: "cascade" | "set null" | "no action" | "other" | null
}

export interface Index {
  readonly schema: string
  readonly name: string
  readonly table: string
  /** Key columns in order; an expression is an empty string. */
  readonly columns: ReadonlyArray<string>
  readonly definition: string
  readonly unique: boolean
  readonly partial: boolean
  /** False after a concurrent build that failed. */
  readonly valid: boolean
}

export interface Function {
  readonly schema: string
  readonly name: string
  readonly arguments: string
  readonly result: string
  readonly language: string
  readonly volatility: string
  readonly body: string
}

export interface Trigger {
  readonly table: string
  readonly name: string
  /** `pg_trigger.tgtype`: 23 is a row's, before insert or update; 19 before update. */
  readonly type: number
  readonly calls: string
  readonly enabled: boolean
  /** Fires only under a condition or for some columns. */
  readonly narrowed: boolean
}

export interface Role {
  readonly id: string
  readonly name: string
  readonly isSystemRole: boolean | null
}

export interface Permission {
  readonly id: string
  readonly name: string
  readonly resource: string
  readonly action: string
}

/** Reads it in a dozen statements; run it in a transaction for one moment's view. */
export const read = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  const schemas = yield* sql<{ name: string }>`select nspname::text as name from pg_namespace`
  const extensions = yield* sql<{ name: string }>`select extname::text as name from pg_extension`
  const tables = yield* sql<{ name: string }>`
    select n.nspname || '.' || c.relname as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname in ('auth', 'public')
  `
  const columns = yield* sql<Column>`
    select
      n.nspname || '.' || c.relname as "table",
      a.attname::text as name,
      format_type(a.atttypid, a.atttypmod) as type,
      a.attnotnull as required,
      pg_get_expr(d.adbin, d.adrelid) as "default",
      a.attidentity <> '' or a.attgenerated <> '' as own
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    join pg_namespace n on n.oid = c.relnamespace
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where c.relkind in ('r', 'p') and n.nspname in ('auth', 'public') and a.attnum > 0 and not a.attisdropped
    order by a.attnum
  `
  const constraints = yield* sql<Constraint>`
    select
      n.nspname || '.' || c.relname as "table",
      k.conname::text as name,
      case k.contype when 'p' then 'primary key' when 'f' then 'foreign key' else 'check' end as kind,
      coalesce(
        (
          select array_agg(a.attname::text order by key.place)
          from unnest(k.conkey) with ordinality key (number, place)
          join pg_attribute a on a.attrelid = k.conrelid and a.attnum = key.number
        ),
        '{}'
      ) as columns,
      pg_get_constraintdef(k.oid) as definition,
      fn.nspname || '.' || f.relname as target,
      case k.contype when 'f' then
        case k.confdeltype when 'c' then 'cascade' when 'n' then 'set null' when 'a' then 'no action' else 'other' end
      end as on_delete
    from pg_constraint k
    join pg_class c on c.oid = k.conrelid
    join pg_namespace n on n.oid = c.relnamespace
    left join pg_class f on f.oid = k.confrelid
    left join pg_namespace fn on fn.oid = f.relnamespace
    where k.contype in ('p', 'f', 'c') and n.nspname in ('auth', 'public')
    order by k.conname
  `
  const indexes = yield* sql<Index>`
    select
      n.nspname::text as schema,
      i.relname::text as name,
      n.nspname || '.' || c.relname as "table",
      array(
        select coalesce(a.attname::text, '')
        from unnest(x.indkey::int[]) with ordinality key (number, place)
        left join pg_attribute a on a.attrelid = x.indrelid and a.attnum = key.number and key.number > 0
        where key.place <= x.indnkeyatts
        order by key.place
      ) as columns,
      pg_get_indexdef(x.indexrelid) as definition,
      x.indisunique as unique,
      x.indpred is not null as partial,
      x.indisvalid as valid
    from pg_index x
    join pg_class i on i.oid = x.indexrelid
    join pg_class c on c.oid = x.indrelid
    join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('auth', 'public')
    order by i.relname
  `
  const functions = yield* sql<Function>`
    select
      n.nspname::text as schema,
      p.proname::text as name,
      pg_get_function_arguments(p.oid) as arguments,
      coalesce(pg_get_function_result(p.oid), '') as result,
      l.lanname::text as language,
      case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end as volatility,
      p.prosrc as body
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    join pg_language l on l.oid = p.prolang
    where n.nspname in ('auth', 'public')
  `
  const triggers = yield* sql<Trigger>`
    select
      n.nspname || '.' || c.relname as "table",
      t.tgname::text as name,
      t.tgtype::int as type,
      pn.nspname || '.' || p.proname as calls,
      t.tgenabled <> 'D' as enabled,
      t.tgqual is not null or cardinality(t.tgattr::int2[]) > 0 as narrowed
    from pg_trigger t
    join pg_class c on c.oid = t.tgrelid
    join pg_namespace n on n.oid = c.relnamespace
    join pg_proc p on p.oid = t.tgfoid
    join pg_namespace pn on pn.oid = p.pronamespace
    where not t.tgisinternal and n.nspname in ('auth', 'public')
  `

  const names = new Set(tables.map(({ name }) => name))
  const has = (table: string, ...needed: ReadonlyArray<string>) =>
    needed.every((name) => columns.some((column) => column.table === table && column.name === name))
  const roles = has("auth.roles", "id", "name", "is_system_role")
    ? yield* sql<Role>`select id::text, name::text, is_system_role from auth.roles`
    : []
  const permissions = has("auth.permissions", "id", "name", "resource", "action")
    ? yield* sql<Permission>`select id::text, name::text, resource::text, action::text from auth.permissions`
    : []

  const catalogue: Catalogue = {
    schemas: new Set(schemas.map(({ name }) => name)),
    extensions: new Set(extensions.map(({ name }) => name)),
    tables: names,
    columns,
    constraints,
    indexes,
    functions,
    triggers,
    roles,
    permissions
  }
  return catalogue
})
