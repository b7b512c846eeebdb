/** One promise that a database does not keep. */
export interface Difference {
  readonly of:
    | "schema"
    | "extension"
    | "table"
    | "column"
    | "key"
    | "check"
    | "foreign key"
    | "index"
    | "function"
    | "trigger"
    | "role"
    | "permission"
  /** Not there at all, or there and not as promised. */
  readonly state: "missing" | "different"
  /** What is wrong, to be read by people: `auth.users.email: may be null`. */
  readonly sentence: string
  /** Statements that put it right, to be run in order. Rows that contradict the promise make one of them fail; none loses a row. */
  readonly mend: ReadonlyArray<string>
}

/** An identifier in quotes where it needs them. */
export const quoted = (name: string): string =>
  /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`

/** A string literal. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** The name PostgreSQL gives to a constraint by itself, which is the one ours have. */
export const conventional = (table: string, columns: ReadonlyArray<string>, suffix: string): string =>
  [unqualified(table), ...columns, suffix].join("_")

export const unqualified = (table: string): string => table.slice(table.indexOf(".") + 1)
