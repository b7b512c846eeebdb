import { changed } from "@domainflow/core/audit/Changed"
import * as Ids from "@domainflow/core/Ids"
import * as Page from "@domainflow/core/Page"
import { created, type NewProxy, Proxies, removed, updated, wholeMillis } from "@domainflow/core/proxy/Proxies"
import {
  InvalidProxy,
  NoUsableSecret,
  Proxy,
  ProxyNotFound,
  ProxyProtocol,
  ProxyTaken
} from "@domainflow/core/proxy/Proxy"
import * as ProxyFields from "@domainflow/core/proxy/ProxyFields"
import { ProxyId } from "@domainflow/core/proxy/ProxyId"
import { type Place, SecretBox } from "@domainflow/core/SecretBox"
import * as Storable from "@domainflow/core/Storable"
import { Effect, Layer, Option, type Redacted, Schema } from "effect"
import { SqlClient } from "effect/sql"
import * as AuditLog from "../audit/AuditLog.ts"
import { guard, onConstraint, once } from "../Store.ts"

export const layer = Layer.effect(
  Proxies,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const box = yield* SecretBox

    const find = Effect.fnUntraced(function* (proxyId: ProxyId) {
      const [row] = yield* sql`select ${sql.literal(columns)} from proxies where id = ${proxyId}`
      return row === undefined ? yield* new ProxyNotFound({ proxyId }) : yield* decode(row)
    })

    const sealed = (id: ProxyId, password: Redacted.Redacted) =>
      Effect.mapError(
        box.seal(password, place(id)),
        ({ message }) => new InvalidProxy({ path: "password", reason: message })
      )

    /** The secret column, where the change says something about it. */
    const secretFields = (id: ProxyId, password: Redacted.Redacted | null | undefined) =>
      password === undefined
        ? Effect.succeed({})
        : Effect.map(password === null ? Effect.succeed(null) : sealed(id, password), (passwordHash) => ({
            passwordHash
          }))

    const taken = ({ address = "", name = "" }: ProxyFields.ProxyFields) =>
      onConstraint({
        proxies_name_key: () => new ProxyTaken({ field: "name", value: name }),
        proxies_address_key: () => new ProxyTaken({ field: "address", value: address })
      })

    const create = Effect.fnUntraced(
      function* (id: ProxyId, given: NewProxy) {
        const fields = storable(yield* ProxyFields.read(given))
        const row = { id, ...fields, ...(yield* secretFields(id, given.password)) }
        const [made] = yield* sql`
          insert into proxies ${sql.insert(row).returning(sql.literal(columns))}
        `.pipe(taken(fields))
        const proxy = yield* decode(made)
        yield* AuditLog.append(sql, created(proxy))
        return proxy
      },
      (create, id) =>
        create.pipe(
          sql.withTransaction,
          once(Effect.catchTag(find(id), "ProxyNotFound", () => Effect.undefined)),
          guard("Proxies.create")
        )
    )

    return Proxies.of({
      create: (given) => Effect.flatMap(Ids.one, (id) => create(ProxyId.make(id), given)),

      update: Effect.fnUntraced(
        function* (id, change) {
          const fields = storable(yield* ProxyFields.read(change))
          const row = { ...fields, ...(yield* secretFields(id, change.password)) }
          const [made] =
            changed(change).length === 0
              ? yield* sql`select ${sql.literal(columns)} from proxies where id = ${id}`
              : yield* sql`
                update proxies set ${sql.update(row)} where id = ${id} returning ${sql.literal(columns)}
              `.pipe(taken(fields))
          if (made === undefined) return yield* new ProxyNotFound({ proxyId: id })
          const proxy = yield* decode(made)
          if (changed(change).length > 0) yield* AuditLog.append(sql, updated(proxy, change))
          return proxy
        },
        (update) => update.pipe(sql.withTransaction, guard("Proxies.update"))
      ),

      get: (id) => find(id).pipe(guard("Proxies.get")),

      many: (ids) =>
        sql`
          select ${sql.literal(columns)} from unnest(${ids}::uuid[]) with ordinality as wanted (id, nth)
          join proxies using (id)
          order by wanted.nth
        `.pipe(Effect.flatMap(decodeAll), guard("Proxies.many")),

      page: Effect.fnUntraced(function* (request) {
        const after = yield* Page.position(Page.NameKey, request)
        const rows = yield* sql`
          select ${sql.literal(columns)} from proxies
          ${after === null ? sql`` : sql`where (name collate "C", id) > (${after[0]}, ${after[1]}::uuid)`}
          order by name collate "C", id
          limit ${Page.pageSize(request) + 1}
        `
        return Page.page(yield* decodeAll(rows), request, Page.nameKey)
      }, guard("Proxies.page")),

      remove: Effect.fnUntraced(
        function* (id) {
          const [row] = yield* sql`delete from proxies where id = ${id} returning ${sql.literal(columns)}`
          if (row === undefined) return yield* new ProxyNotFound({ proxyId: id })
          yield* AuditLog.append(sql, removed(yield* decode(row)))
        },
        (remove) => remove.pipe(sql.withTransaction, guard("Proxies.remove", { unhurried: true }))
      ),

      secret: Effect.fnUntraced(function* (id) {
        const [row] = yield* sql<{ readonly passwordHash: string | null }>`
          select password_hash from proxies where id = ${id}
        `
        if (row === undefined) return yield* new ProxyNotFound({ proxyId: id })
        if (row.passwordHash === null) return Option.none()
        return yield* box.open(row.passwordHash, place(id)).pipe(
          Effect.asSome,
          Effect.mapError(({ reason }) => new NoUsableSecret({ proxyId: id, reason }))
        )
      }, guard("Proxies.secret")),

      report: (id, { isHealthy, lastStatus, latencyMs }) =>
        sql`
          update proxies
          set
            is_healthy = ${isHealthy}, last_status = ${Storable.text(lastStatus)}, last_checked_at = now(),
            latency_ms = coalesce(${wholeMillis(latencyMs)}::int, latency_ms)
          where id = ${id}
        `.pipe(Effect.asVoid, guard("Proxies.report"))
    })
  })
)

/** All but the secret, which no query reads by the way. Older installations wrote protocols in any case, and some we do not speak. */
const columns = `
  id, name, description, address,
  case when lower(protocol) in (${ProxyProtocol.literals.map((protocol) => `'${protocol}'`).join(", ")}) then lower(protocol) end as protocol, username, host, port, is_enabled, is_healthy, last_status, last_checked_at,
  latency_ms, city, country_code, provider, created_at, updated_at
`

const place = (id: ProxyId): Place => ({ table: "proxies", column: "password_hash", row: id })

const storable = (fields: ProxyFields.ProxyFields): ProxyFields.ProxyFields =>
  Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [field, typeof value === "string" ? Storable.text(value) : value])
  )

const decode = Schema.decodeUnknownEffect(Proxy)
const decodeAll = Schema.decodeUnknownEffect(Schema.Array(Proxy))
