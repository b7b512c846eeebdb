import { changed } from "@domainflow/core/audit/Changed"
import * as Ids from "@domainflow/core/Ids"
import { KeywordSet, KeywordSetNameTaken, KeywordSetNotFound } from "@domainflow/core/keyword/KeywordSet"
import { KeywordSetId } from "@domainflow/core/keyword/KeywordSetId"
import {
  checkedName,
  checkedRules,
  created,
  KeywordSets,
  type NewKeywordSet,
  removed,
  updated
} from "@domainflow/core/keyword/KeywordSets"
import { LinearRegex } from "@domainflow/core/keyword/LinearRegex"
import * as Page from "@domainflow/core/Page"
import * as Storable from "@domainflow/core/Storable"
import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import * as AuditLog from "../audit/AuditLog.ts"
import * as Json from "../Json.ts"
import { guard, onConstraint, once } from "../Store.ts"

export const layer = Layer.effect(
  KeywordSets,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const regexes = yield* LinearRegex

    const find = Effect.fnUntraced(function* (keywordSetId: KeywordSetId, lock = sql``) {
      const [row] = yield* sql`select * from keyword_sets where id = ${keywordSetId} ${lock}`
      return row === undefined ? yield* new KeywordSetNotFound({ keywordSetId }) : yield* decode(row)
    })

    const taken = (name: string) => onConstraint({ keyword_sets_name_key: () => new KeywordSetNameTaken({ name }) })

    const create = Effect.fnUntraced(
      function* (id: KeywordSetId, { description = null, isEnabled = true, ...given }: NewKeywordSet) {
        const name = Storable.text(yield* checkedName(given.name))
        const rules = yield* checkedRules(given.rules, regexes)
        const [row] = yield* sql`
          insert into keyword_sets (id, name, description, rules, is_enabled)
          values (
            ${id}, ${name}, ${description === null ? null : Storable.text(description)},
            ${Json.text(rules)}::text::jsonb, ${isEnabled}
          )
          returning *
        `.pipe(taken(name))
        const set = yield* decode(row)
        yield* AuditLog.append(sql, created(set))
        return set
      },
      (create, id) =>
        create.pipe(
          sql.withTransaction,
          once(Effect.catchTag(find(id), "KeywordSetNotFound", () => Effect.undefined)),
          guard("KeywordSets.create")
        )
    )

    return KeywordSets.of({
      create: (given) => Effect.flatMap(Ids.one, (id) => create(KeywordSetId.make(id), given)),

      update: Effect.fnUntraced(
        function* (id, change) {
          const { description, isEnabled, name } = change
          if (name !== undefined) yield* checkedName(name)
          const rules = change.rules === undefined ? undefined : yield* checkedRules(change.rules, regexes)
          const before = yield* find(id, sql`for no key update`)
          if (changed(change).length === 0) return before
          const after = {
            name: Storable.text(name ?? before.name),
            description: description === undefined ? before.description : description && Storable.text(description),
            isEnabled: isEnabled ?? before.isEnabled
          }
          const [row] = yield* sql`
          update keyword_sets
          set
            name = ${after.name}, description = ${after.description}, is_enabled = ${after.isEnabled},
            rules = ${Json.text(rules ?? before.rules)}::text::jsonb
          where id = ${id}
          returning *
        `.pipe(taken(after.name))
          const set = yield* decode(row)
          yield* AuditLog.append(sql, updated(set, change))
          return set
        },
        (update) => update.pipe(sql.withTransaction, guard("KeywordSets.update"))
      ),

      get: (id) => find(id).pipe(guard("KeywordSets.get")),

      many: (ids) =>
        sql`
          select k.* from unnest(${ids}::uuid[]) with ordinality as wanted (id, nth)
          join keyword_sets k using (id)
          order by wanted.nth
        `.pipe(Effect.flatMap(decodeAll), guard("KeywordSets.many")),

      page: Effect.fnUntraced(function* (request) {
        const after = yield* Page.position(Page.NameKey, request)
        const rows = yield* sql`
          select * from keyword_sets
          ${after === null ? sql`` : sql`where (name collate "C", id) > (${after[0]}, ${after[1]}::uuid)`}
          order by name collate "C", id
          limit ${Page.pageSize(request) + 1}
        `
        return Page.page(yield* decodeAll(rows), request, Page.nameKey)
      }, guard("KeywordSets.page")),

      remove: Effect.fnUntraced(
        function* (id) {
          const [row] = yield* sql`delete from keyword_sets where id = ${id} returning *`
          if (row === undefined) return yield* new KeywordSetNotFound({ keywordSetId: id })
          yield* AuditLog.append(sql, removed(yield* decode(row)))
        },
        (remove) => remove.pipe(sql.withTransaction, guard("KeywordSets.remove"))
      )
    })
  })
)

const decode = Schema.decodeUnknownEffect(KeywordSet)
const decodeAll = Schema.decodeUnknownEffect(Schema.Array(KeywordSet))
