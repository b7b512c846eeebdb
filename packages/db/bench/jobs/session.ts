import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import * as Pg from "../../src/Pg.ts"

/** Statements in a connection of their own, for what sets the scene. */
export const session = (url: string) => ({
  query: (statement: string) =>
    Effect.runPromise(
      SqlClient.SqlClient.use((sql) => sql.unsafe<Readonly<Record<string, unknown>>>(statement)).pipe(
        Effect.provide(Pg.layer(Redacted.make(url), { maxConnections: 1 })),
        Effect.scoped
      )
    )
})
