/** What schema v3 promises of a table, in the words of its document; `Doctor` holds a database against it. */
export interface Table {
  /** With its schema: `auth.users`. */
  readonly name: string
  readonly columns: Readonly<Record<string, Column>>
  readonly primaryKey: ReadonlyArray<string>
  /** Columns that are unique together. */
  readonly uniques: ReadonlyArray<ReadonlyArray<string>>
  readonly foreignKeys: ReadonlyArray<ForeignKey>
  readonly indexes: Readonly<Record<string, Index>>
  /** The trigger's name to what it does. */
  readonly triggers: Readonly<Record<string, Trigger>>
}

export interface Column {
  /** As SQL says it: `varchar(255)`, `timestamptz`, `uuid[]`. */
  readonly type: string
  readonly nullable: boolean
  /** An expression, or null for none; `serial` stands for a sequence of the column's own. */
  readonly default: string | null
  readonly check: Check | null
}

/** What a column may hold: one of some words, or a number from a least one on. */
export type Check = { readonly words: ReadonlyArray<string> } | { readonly least: number }

export interface ForeignKey {
  readonly column: string
  /** Always refers to the key `id` of this table. */
  readonly table: string
  readonly onDelete: "cascade" | "set null" | "no action"
}

export interface Index {
  /** As SQL says it: `entity_type, entity_id`, `created_at desc`. */
  readonly columns: string
  readonly where: string | null
}

export interface Trigger {
  readonly on: "insert or update" | "update"
  /** With its schema, without parentheses. */
  readonly calls: string
}

/** A table of which only what is there is said. */
export const table = (
  name: string,
  columns: Table["columns"],
  rest: Partial<Omit<Table, "name" | "columns">> = {}
): Table => ({
  name,
  columns,
  primaryKey: ["id"],
  uniques: [],
  foreignKeys: [],
  indexes: {},
  triggers: {},
  ...rest
})

/** A column that may be null. */
export const optional = (type: string, byDefault: string | null = null, check: Check | null = null): Column => ({
  type,
  nullable: true,
  default: byDefault,
  check
})

/** A column that may not be null. */
export const required = (type: string, byDefault: string | null = null, check: Check | null = null): Column => ({
  type,
  nullable: false,
  default: byDefault,
  check
})

export const uuidKey = required("uuid", "gen_random_uuid()")

export const index = (columns: string, where: string | null = null): Index => ({ columns, where })

export const references = (
  column: string,
  target: string,
  onDelete: ForeignKey["onDelete"] = "no action"
): ForeignKey => ({ column, table: target, onDelete })

/** Keeps `updated_at`. */
export const stamped: Trigger = { on: "update", calls: "public.trigger_set_timestamp" }
