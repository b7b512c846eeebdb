import { AuditKeys } from "@domainflow/core/audit/Chain"
import * as KeyRing from "@domainflow/core/KeyRing"
import { Config, Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import * as AuthLog from "../auth/AuthLog.ts"
import * as AuditLog from "./AuditLog.ts"
import * as Trail from "./Trail.ts"

/** Where the keys are told from outside, as `id:base64,id:base64`. */
export const variable = "DOMAINFLOW_AUDIT_KEYS"

/**
 * Seals both trails of the client's database from now on, by the `AuditKeys` of the context; without any it does nothing. Afresh for
 * each that asks: ports on the same client may have been built below, where nobody knew the keys.
 */
export const layer = Layer.fresh(
  Layer.effectDiscard(
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* Trail.begin(sql, AuditLog.trail)
      yield* Trail.begin(sql, AuthLog.trail)
    })
  )
)

/** `AuditKeys` of the context, else those of `DOMAINFLOW_AUDIT_KEYS`, else none. */
export const keysConfig = Layer.fresh(
  Layer.unwrap(
    Effect.gen(function* () {
      if ((yield* AuditKeys) !== null) return Layer.empty
      const ring = yield* Config.option(KeyRing.config(variable))
      return Option.isSome(ring) ? Layer.succeed(AuditKeys, ring.value) : Layer.empty
    })
  )
)
