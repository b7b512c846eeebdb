import { StoreError } from "@domainflow/core/StoreError"
import { Context, Effect, Schedule, Schema } from "effect"
import { SqlError } from "effect/sql"

/** Everything `effect/sql` can answer besides rows. */
export type Failure = SqlError.SqlError | Schema.SchemaError

/**
 * The border of every method that asks PostgreSQL: names its span, retries what may pass, and leaves one `StoreError`
 * beside the errors of the domain.
 *
 * It stands outside the transaction, which is tried again as a whole. A guard inside another one leaves the trying
 * again to the outer one, since a transaction that failed answers nothing more.
 */
export const guard =
  (operation: string) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, StoreError | Exclude<E, Failure>, R> => {
    const once = Effect.mapError(effect, (error) => toStoreError(operation, error))
    const again = Effect.retry(Effect.provideService(once, Guarded, true), {
      schedule: backoff,
      while: (error) => error instanceof StoreError && error.retryable
    })
    return Effect.flatMap(Guarded, (inner) => (inner ? once : again)).pipe(Effect.withSpan(operation))
  }

/**
 * Turns violations of named constraints into errors of the domain; put it before `guard`.
 *
 * The names are those of the migrations. Adopting an older database renames its constraints to them.
 */
export const onConstraint =
  <E2>(errors: Readonly<Record<string, () => E2>>) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | E2, R> =>
    Effect.mapError(effect, (error) => {
      const name = SqlError.isSqlError(error) ? violated(error) : undefined
      const toDomain = name === undefined ? undefined : errors[name]
      return toDomain === undefined ? error : toDomain()
    })

/**
 * Makes a change that names rows which somebody may have removed meanwhile. It is told `false` first; where a foreign key
 * then refuses it, it is made again, told `true`: now it has to look before it names anything.
 */
export const orWithoutMissing = <A, E, R>(
  change: (missing: boolean) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.catch(change(false), (error) =>
    SqlError.isSqlError(error) && sqlState(error) === foreignKeyViolation ? change(true) : Effect.fail(error)
  )

const foreignKeyViolation = "23503"

/** The SQLSTATE that PostgreSQL gave, such as `40P01`; undefined where it never came to an answer. */
export const sqlState = (error: SqlError.SqlError): string | undefined => field(error, "code")

/** The name of the constraint that refused a row. */
export const violated = (error: SqlError.SqlError): string | undefined => field(error, "constraint")

/** Whether the same statement may succeed a moment later. */
export const isRetryable = (error: SqlError.SqlError): boolean =>
  error.reason.isRetryable || passing.test(sqlState(error) ?? "")

/**
 * What PostgreSQL said, without what we told it: `detail` and the messages of data exceptions (class 22) quote values,
 * and a value may be a secret.
 */
export const inWords = (error: SqlError.SqlError): string => {
  const { reason } = error
  const state = sqlState(error)
  const constraint = violated(error)
  const said = reason.cause instanceof Error && !state?.startsWith("22") ? reason.cause.message : reason.message
  return [
    `${reason._tag}${state === undefined ? "" : ` ${state}`}: ${said ?? "no message"}`,
    ...(constraint === undefined ? [] : [`constraint ${constraint}`])
  ].join("; ")
}

/** 50, 100, 200, 400 and 800 ms, each moved by up to a fifth: long enough for a deadlock or a restart of the server. */
const backoff = Schedule.exponential("50 millis").pipe(Schedule.jittered, Schedule.upTo({ times: 5 }))

/**
 * What the driver does not call retryable although it passes: out of resources (53, too many connections among them),
 * shutting down or starting (57P01 to 57P03), a server that was just demoted (25006).
 */
const passing = /^(53...|57P0[123]|25006)$/

/** True inside a guard. */
const Guarded = Context.Reference<boolean>("@domainflow/db/Store/Guarded", { defaultValue: () => false })

const field = (error: SqlError.SqlError, name: "code" | "constraint"): string | undefined => {
  const cause: unknown = error.reason.cause
  if (typeof cause !== "object" || cause === null || !(name in cause)) return undefined
  const value: unknown = Reflect.get(cause, name)
  return typeof value === "string" && value !== "" ? value : undefined
}

const toStoreError = <E>(operation: string, error: E): StoreError | Exclude<E, Failure> => {
  if (SqlError.isSqlError(error)) {
    return new StoreError({ operation, retryable: isRetryable(error), cause: new Error(inWords(error)) })
  }
  // The issue keeps the offending value; its message does not.
  if (Schema.isSchemaError(error)) {
    return new StoreError({ operation, retryable: false, cause: new Error(error.message) })
  }
  // What is left is no Failure; TypeScript does not narrow a type parameter.
  return error as Exclude<E, Failure>
}
