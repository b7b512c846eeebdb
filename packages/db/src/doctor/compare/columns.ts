import type { Catalogue, Column as Found } from "../Catalogue.ts"
import { conventional, type Difference, literal, quoted } from "../Difference.ts"
import type { Column, Table } from "../Promised.ts"

/** Columns that are missing, or of another type, default or nullability. */
export const columns = (table: Table, catalogue: Catalogue): ReadonlyArray<Difference> => {
  const found = catalogue.columns.filter((column) => column.table === table.name)
  return [
    ...Object.entries(table.columns).flatMap(([name, promised]) => {
      const has = found.find((column) => column.name === name)
      return has === undefined ? missing(table.name, name, promised) : deviations(table.name, name, promised, has)
    }),
    ...found.filter((column) => !(column.name in table.columns)).flatMap(demanding)
  ]
}

const missing = (table: string, name: string, { type, default: byDefault, nullable }: Column): Array<Difference> => [
  {
    of: "column",
    state: "missing",
    sentence: `${table}.${name}: no such column`,
    mend: [
      `alter table ${table} add column ${name} ${type}${byDefault === null || byDefault === "serial" ? "" : ` default ${byDefault}`}`,
      ...(byDefault === "serial" ? serial(table, name) : []),
      // By itself, so that rows that have no value do not keep the column away.
      ...(nullable ? [] : [`alter table ${table} alter column ${name} set not null`])
    ]
  }
]

const deviations = (table: string, name: string, promised: Column, found: Found): ReadonlyArray<Difference> => {
  const where = `${table}.${name}`
  const alter = `alter table ${table} alter column ${name}`
  const wrong = (sentence: string, ...mend: ReadonlyArray<string>): Difference => ({
    of: "column",
    state: "different",
    sentence: `${where}: ${sentence}`,
    mend
  })
  const type = spelled(promised.type)
  const retyped = found.type !== type
  return [
    ...(retyped
      ? [
          wrong(
            `is ${found.type} instead of ${type}`,
            ...(found.default === null ? [] : [`${alter} drop default`]),
            `${alter} type ${promised.type}${conversion(name, found.type, promised.type)}`,
            ...(promised.default === null || promised.default === "serial"
              ? []
              : [`${alter} set default ${promised.default}`])
          )
        ]
      : []),
    ...(promised.default === "serial" && !found.default?.startsWith("nextval(")
      ? [
          wrong(
            "has no sequence of its own",
            ...(found.own ? [`${alter} drop identity if exists`] : []),
            ...serial(table, name)
          )
        ]
      : []),
    ...(promised.default !== null && promised.default !== "serial" && !sameExpression(promised.default, found.default)
      ? [
          wrong(
            `has ${found.default === null ? "no default" : `the default ${found.default}`} instead of ${promised.default}`,
            ...(found.own ? [`${alter} drop identity if exists`, `${alter} drop expression if exists`] : []),
            `${alter} set default ${promised.default}`
          )
        ]
      : []),
    ...(!promised.nullable && !found.required
      ? [
          wrong(
            "may be null",
            ...(promised.default === null || promised.default === "serial"
              ? []
              : [`update ${table} set ${name} = ${promised.default} where ${name} is null`]),
            `${alter} set not null`
          )
        ]
      : []),
    ...(promised.nullable && found.required ? [wrong("may not be null", `${alter} drop not null`)] : [])
  ]
}

/** A column of somebody else's that refuses the rows we write. */
const demanding = (found: Found): ReadonlyArray<Difference> =>
  found.required && found.default === null && !found.own
    ? [
        {
          of: "column",
          state: "different",
          sentence: `${found.table}.${found.name}: is not ours, and must be given in every row`,
          mend: [`alter table ${found.table} alter column ${quoted(found.name)} drop not null`]
        }
      ]
    : []

/** What `bigserial` stands for, counting on from the rows there are. */
const serial = (table: string, name: string): ReadonlyArray<string> => {
  const sequence = `${table.slice(0, table.indexOf(".") + 1)}${conventional(table, [name], "seq")}`
  return [
    `create sequence if not exists ${sequence}`,
    `alter sequence ${sequence} owned by ${table}.${name}`,
    `alter table ${table} alter column ${name} set default nextval(${literal(sequence)}::regclass)`,
    `select setval(${literal(sequence)}, coalesce((select max(${name}) from ${table}), 0) + 1, false)`
  ]
}

/** A type as `format_type` prints it. */
const spelled = (type: string): string =>
  type
    .replace(/^varchar\b/, "character varying")
    .replace(/^timestamptz$/, "timestamp with time zone")
    .replace(/^timestamp$/, "timestamp without time zone")

/** How the values get over, where PostgreSQL does not know by itself or would ask the session's time zone. */
const conversion = (name: string, from: string, to: string): string => {
  if (from.startsWith("timestamp") && to.startsWith("timestamp")) return ` using ${name} at time zone 'UTC'`
  const family = (type: string) =>
    /^(text|varchar|character|citext)/.test(type) ? "text" : /^(smallint|integer|bigint)$/.test(type) ? "number" : type
  // Within a family no cast is written: an explicit one would cut what does not fit.
  return family(from) === family(to) || family(to) === "text" ? "" : ` using ${name}::${to}`
}

/** Whether two spellings of a default mean the same: `CURRENT_TIMESTAMP` and `now()`, `'{}'::jsonb` and `'{}'`. */
const sameExpression = (promised: string, found: string | null): boolean =>
  found !== null && plain(promised) === plain(found)

const plain = (expression: string): string => {
  const bare = expression
    .toLowerCase()
    .replaceAll(/::[a-z ]+(\(\d+\))?(\[\])?/g, "")
    .replaceAll(/^\(+|\)+$(?<!\(\))/g, "")
    .replaceAll(/^'(-?[\d.]+)'$/g, "$1")
  if (/^-?[\d.]+$/.test(bare)) return String(Number(bare))
  return ["current_timestamp", "transaction_timestamp()", "localtimestamp"].includes(bare) ? "now()" : bare
}
