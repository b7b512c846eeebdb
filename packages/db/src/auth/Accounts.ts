import { AuditKeys } from "@domainflow/core/audit/Chain"
import { Auth } from "@domainflow/core/auth/Auth"
import * as Housekeeping from "@domainflow/core/auth/Housekeeping"
import type { Binding } from "@domainflow/core/auth/Sessions"
import { Effect, Layer } from "effect"
import * as AuditLog from "../audit/AuditLog.ts"
import * as Trails from "../audit/Trails.ts"
import * as AuthLog from "./AuthLog.ts"
import * as Bcrypt from "./Bcrypt.ts"
import * as Credentials from "./Credentials.ts"
import * as DevelopmentPasswords from "./DevelopmentPasswords.ts"
import * as PasswordResets from "./PasswordResets.ts"
import * as RateLimits from "./RateLimits.ts"
import * as Roles from "./Roles.ts"
import * as Sessions from "./Sessions.ts"
import * as Users from "./Users.ts"

/** Every port of accounts on PostgreSQL, and both trails: sealed where `AuditKeys` are in the context. */
export const ports = Layer.mergeAll(
  AuditLog.layer,
  AuthLog.layer,
  Credentials.layer,
  PasswordResets.layer,
  RateLimits.layer,
  Roles.layer,
  Sessions.layer,
  Trails.layer,
  Users.layer
)

/**
 * Accounts as a service runs them: the ports, bcrypt with the peppers of `DOMAINFLOW_PEPPERS`, trails sealed by the keys of
 * `DOMAINFLOW_AUDIT_KEYS` (unsealed, with a warning, where that is not set), and the rules over them. Does not start in
 * production while a documented development password works, and tidies up every hour. The host brings its mail as `Courier`.
 */
export const layer = (bound?: Binding) =>
  Layer.mergeAll(Auth.layer(bound), DevelopmentPasswords.layer, Housekeeping.layer).pipe(
    Layer.provideMerge(Layer.mergeAll(ports, Bcrypt.layerConfig)),
    Layer.provideMerge(unsealed),
    Layer.provide(Trails.keysConfig)
  )

/** Says so where nobody brought keys. */
const unsealed = Layer.effectDiscard(
  Effect.gen(function* () {
    if ((yield* AuditKeys) !== null) return
    yield* Effect.logWarning(
      `The audit trails are not sealed: nobody could tell if they were changed. Set ${Trails.variable}.`
    )
  })
)
