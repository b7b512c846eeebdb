import { ConfigState } from "@domainflow/core/generation/ConfigState"
import { ConfigStates } from "@domainflow/core/generation/ConfigStates"
import { Array, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { guard } from "../Store.ts"

export const layer = Layer.effect(
  ConfigStates,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient

    return ConfigStates.of({
      get: (configHash) =>
        sql`select * from domain_generation_config_states where config_hash = ${configHash}`.pipe(
          Effect.flatMap(decode),
          Effect.map(Array.head),
          guard("ConfigStates.get")
        )
    })
  })
)

const decode = Schema.decodeUnknownEffect(Schema.Array(ConfigState))
