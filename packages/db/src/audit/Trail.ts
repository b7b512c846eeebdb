import * as Chain from "@domainflow/core/audit/Chain"
import type { UserId } from "@domainflow/core/auth/UserId"
import type { KeyRing } from "@domainflow/core/KeyRing"
import { Effect, Option, type Schema, Stream } from "effect"
import type { SqlClient, SqlError } from "effect/sql"

/** A table of lines and the table of their seals. */
export interface Trail<Entry> {
  readonly chain: string
  readonly entries: string
  readonly seals: string
  /** The columns of an entry, of the table called `e`. */
  readonly columns: string
  /** The order of the lines that were there before the first seal. */
  readonly order: string
  /** Key of the advisory lock that lets one line be sealed at a time. */
  readonly lock: number
  readonly decode: (row: unknown) => Effect.Effect<Entry, Schema.SchemaError>
  readonly line: (entry: Entry) => Schema.Json
  readonly id: (entry: Entry) => string | bigint
}

type Failure = SqlError.SqlError | Schema.SchemaError

/**
 * The keys by which the lines of a database are sealed. They belong to its client rather than to the context of a call: whoever
 * writes a line with it must seal it, wherever the call comes from.
 */
const rings = new WeakMap<SqlClient.SqlClient, KeyRing>()

/** Seals and verifies with these keys whatever this client writes and reads. */
export const register = (sql: SqlClient.SqlClient, ring: KeyRing): void => void rings.set(sql, ring)

/**
 * Writes a line and seals it. Inside a transaction only, and last in it: from here to its end no other line is written.
 *
 * The line's `user_id` and `former_user_id` come from `ofWhom`, which is of the same user as `of`.
 */
export const append = Effect.fnUntraced(function* <Entry>(
  sql: SqlClient.SqlClient,
  trail: Trail<Entry>,
  of: UserId | null,
  insert: Effect.Effect<ReadonlyArray<unknown>, SqlError.SqlError>
): Effect.fn.Return<Entry, Failure> {
  const ring = rings.get(sql)
  if (ring === undefined) return yield* Effect.flatMap(insert, ([row]) => trail.decode(row))
  yield* holdAfter(sql, trail, of)
  const [row] = yield* insert
  const entry = yield* trail.decode(row)
  yield* write(sql, trail, [yield* sealed(ring, trail, yield* head(sql, trail), entry)])
  return entry
})

/**
 * Begins the statement of a line with whom it speaks of: kept from being deleted until the line is there, or gone already, and
 * then the line names them in the column that needs no account. A line of nobody does without the right to read accounts.
 */
export const ofWhom = (sql: SqlClient.SqlClient, userId: UserId | null) =>
  userId === null
    ? { whom: sql``, userId: sql`null`, formerUserId: sql`null` }
    : {
        whom: sql`with whom as (select id from auth.users where id = ${userId} for key share)`,
        userId: sql`(select id from whom)`,
        formerUserId: sql`case when not exists (select from whom) then ${userId}::uuid end`
      }

/** Whether lines must be written in a transaction: a seal and its line are one. */
export const isSealed = (sql: SqlClient.SqlClient): boolean => rings.has(sql)

/** From now on every line is sealed, with the keys of the context; those that were there before are sealed first, once. */
export const begin = Effect.fnUntraced(function* <Entry>(sql: SqlClient.SqlClient, trail: Trail<Entry>) {
  const ring = yield* Chain.AuditKeys
  if (ring === null) return
  register(sql, ring)
  yield* sql.withTransaction(
    Effect.gen(function* () {
      yield* hold(sql, trail)
      let before = yield* head(sql, trail)
      if (before.seq > 0n) return
      while (true) {
        const rows = yield* sql`
          select ${sql.literal(trail.columns)} from ${sql(trail.entries)} e
          where not exists (select from ${sql(trail.seals)} s where s.entry_id = e.id)
          order by ${sql.literal(trail.order)} limit ${pageSize}
        `
        const page: Array<Made> = []
        for (const row of rows) {
          const made = yield* sealed(ring, trail, before, yield* trail.decode(row))
          page.push(made)
          before = made
        }
        if (page.length > 0) yield* write(sql, trail, page)
        if (page.length < pageSize) return
      }
    })
  )
})

/** Walks the whole trail; see `Chain.verify`. Lines that are written meanwhile are not looked at. */
export const verify = Effect.fnUntraced(function* <Entry>(
  sql: SqlClient.SqlClient,
  trail: Trail<Entry>,
  checkpoint: Chain.Checkpoint | null
): Effect.fn.Return<Chain.Verification, Chain.Unsealed | Failure> {
  const ring = rings.get(sql)
  if (ring === undefined) return yield* new Chain.Unsealed({ chain: trail.chain })
  // A line is committed with its seal, so one without a seal now never had one; those of later lines are not in the chain we walk.
  const last = yield* head(sql, trail)
  const unsealed = yield* sql<{ id: string | bigint }>`
    select e.id from ${sql(trail.entries)} e
    where not exists (select from ${sql(trail.seals)} s where s.entry_id = e.id)
    order by ${sql.literal(trail.order)}
  `
  const walk: Stream.Stream<Chain.Sealed, Failure> = Stream.paginate(0n, (after) =>
    Effect.gen(function* () {
      const rows = yield* sql<{ seq: bigint; mac: string; entryId: string | bigint; isThere: boolean }>`
        select s.seq, s.mac, s.entry_id, e.id is not null as is_there, ${sql.literal(trail.columns)}
        from ${sql(trail.seals)} s
        left join ${sql(trail.entries)} e on e.id = s.entry_id
        where s.seq > ${after} and s.seq <= ${last.seq}
        order by s.seq limit ${pageSize}
      `
      const page = yield* Effect.forEach(rows, ({ entryId, isThere, mac, seq, ...row }) =>
        Effect.map(isThere ? Effect.map(trail.decode(row), trail.line) : Effect.succeed(null), (line) => ({
          seal: { seq, mac },
          entryId: `${entryId}`,
          line
        }))
      )
      const end = rows.length < pageSize ? Option.none() : Option.some(rows.at(-1)!.seq)
      return [page, end] as const
    })
  )
  const loose = unsealed.map(({ id }): Chain.Sealed => ({ seal: null, entryId: `${id}`, line: [] }))
  return yield* Chain.verify(ring, trail.chain, Stream.concat(walk, Stream.fromIterable(loose)), checkpoint)
})

/** Lines read or sealed at once: a page of them is a few megabytes at most. */
const pageSize = 1_000

interface Made extends Chain.Seal {
  readonly entryId: string | bigint
}

const sealed = <Entry>(ring: KeyRing, trail: Trail<Entry>, before: Chain.Seal, entry: Entry): Effect.Effect<Made> =>
  Effect.map(Chain.seal(ring, trail.chain, before, trail.line(entry)), (seal) => ({
    ...seal,
    entryId: trail.id(entry)
  }))

/** Until the transaction ends nobody else seals. The statement after this one sees the seals of all who did before. */
const hold = <Entry>(sql: SqlClient.SqlClient, trail: Trail<Entry>) => sql`select pg_advisory_xact_lock(${trail.lock})`

/**
 * As `hold`, once whoever deletes this user or changes their address is through. They have the account first and the trail after
 * it; if the line took the account only with its foreign key, the two would wait for each other.
 */
const holdAfter = <Entry>(sql: SqlClient.SqlClient, trail: Trail<Entry>, userId: UserId | null) =>
  userId === null
    ? hold(sql, trail)
    : sql`
        ${ofWhom(sql, userId).whom}
        select pg_advisory_xact_lock(${trail.lock}) from (select count(*) from whom) known
      `

const head = <Entry>(sql: SqlClient.SqlClient, trail: Trail<Entry>) =>
  Effect.map(
    sql<Chain.Seal>`select seq, mac from ${sql(trail.seals)} order by seq desc limit 1`,
    ([last]) => last ?? Chain.genesis
  )

const write = <Entry>(sql: SqlClient.SqlClient, trail: Trail<Entry>, page: ReadonlyArray<Made>) => sql`
  insert into ${sql(trail.seals)} (seq, entry_id, mac)
  select * from unnest(
    ${page.map((made) => made.seq)}::bigint[],
    ${page.map((made) => `${made.entryId}`)}::text[]::${sql.literal(typeof page[0]?.entryId === "bigint" ? "bigint[]" : "uuid[]")},
    ${page.map((made) => made.mac)}::text[]
  )
`
