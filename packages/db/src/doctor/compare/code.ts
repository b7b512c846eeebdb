import { type FunctionDefinition, statements } from "../../migrations/functions/FunctionDefinition.ts"
import type { Catalogue } from "../Catalogue.ts"
import type { Difference } from "../Difference.ts"
import type { Table, Trigger } from "../Promised.ts"

/** The promised functions, down to their text. */
export const functions = (
  promised: ReadonlyArray<FunctionDefinition>,
  catalogue: Catalogue
): ReadonlyArray<Difference> =>
  promised.flatMap((definition): ReadonlyArray<Difference> => {
    const name = `${definition.schema}.${definition.name}`
    const found = catalogue.functions.filter((one) => one.schema === definition.schema && one.name === definition.name)
    const mend = statements(definition)
    if (found.length === 0) return [{ of: "function", state: "missing", sentence: `no function ${name}`, mend }]
    const right = found.some(
      (one) =>
        one.arguments === definition.arguments &&
        one.result === definition.result &&
        one.language === "plpgsql" &&
        one.volatility === definition.volatility &&
        one.body === definition.body
    )
    if (right && found.length === 1) return []
    const sentence = right
      ? `function ${name}: another one of the name makes calls ambiguous`
      : `function ${name}: is not the one of this release`
    return [{ of: "function", state: "different", sentence, mend }]
  })

/** The promised triggers: when they fire and what they call. */
export const triggers = (table: Table, catalogue: Catalogue): ReadonlyArray<Difference> =>
  Object.entries(table.triggers).flatMap(([name, promised]): ReadonlyArray<Difference> => {
    const found = catalogue.triggers.find((trigger) => trigger.table === table.name && trigger.name === name)
    const right =
      found !== undefined &&
      found.type === types[promised.on] &&
      found.calls === promised.calls &&
      found.enabled &&
      !found.narrowed
    if (right) return []
    return [
      {
        of: "trigger",
        state: found === undefined ? "missing" : "different",
        sentence:
          found === undefined
            ? `${table.name}: no trigger ${name}`
            : `${table.name}: trigger ${name} ${found.enabled ? `does not call ${promised.calls} before each ${promised.on}` : "is disabled"}`,
        mend: [
          `create or replace trigger ${name} before ${promised.on} on ${table.name} for each row execute function ${promised.calls}()`,
          `alter table ${table.name} enable trigger ${name}`
        ]
      }
    ]
  })

/** `pg_trigger.tgtype`: for each row (1), before (2), insert (4), update (16). */
const types: Record<Trigger["on"], number> = { "insert or update": 1 + 2 + 4 + 16, update: 1 + 2 + 16 }
