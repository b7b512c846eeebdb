import { changed } from "@domainflow/core/audit/Changed"
import * as Ids from "@domainflow/core/Ids"
import * as Page from "@domainflow/core/Page"
import { Persona, PersonaNameTaken, PersonaNotFound, type PersonaType } from "@domainflow/core/persona/Persona"
import * as PersonaConfig from "@domainflow/core/persona/PersonaConfig"
import { PersonaId } from "@domainflow/core/persona/PersonaId"
import { created, type NewPersona, Personas, removed, updated } from "@domainflow/core/persona/Personas"
import * as Storable from "@domainflow/core/Storable"
import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import * as AuditLog from "../audit/AuditLog.ts"
import * as Json from "../Json.ts"
import { guard, onConstraint, once } from "../Store.ts"

export const layer = Layer.effect(
  Personas,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient

    const find = Effect.fnUntraced(function* (personaId: PersonaId, lock = sql``) {
      const [row] = yield* sql`select * from personas where id = ${personaId} ${lock}`
      return row === undefined ? yield* new PersonaNotFound({ personaId }) : yield* decode(row)
    })

    const taken = (name: string, personaType: PersonaType) =>
      onConstraint({ personas_name_persona_type_key: () => new PersonaNameTaken({ name, personaType }) })

    const create = Effect.fnUntraced(
      function* (id: PersonaId, { description = null, isEnabled = true, personaType, ...given }: NewPersona) {
        const name = Storable.text(yield* PersonaConfig.checkedName(given.name))
        const configDetails = yield* PersonaConfig.checked(personaType, given.configDetails)
        const [row] = yield* sql`
          insert into personas (id, name, description, persona_type, config_details, is_enabled)
          values (
            ${id}, ${name}, ${description === null ? null : Storable.text(description)},
            ${personaType}, ${Json.text(configDetails)}::text::jsonb, ${isEnabled}
          )
          returning *
        `.pipe(taken(name, personaType))
        const persona = yield* decode(row)
        yield* AuditLog.append(sql, created(persona))
        return persona
      },
      (create, id) =>
        create.pipe(
          sql.withTransaction,
          once(Effect.catchTag(find(id), "PersonaNotFound", () => Effect.undefined)),
          guard("Personas.create")
        )
    )

    return Personas.of({
      create: (given) => Effect.flatMap(Ids.one, (id) => create(PersonaId.make(id), given)),

      update: Effect.fnUntraced(
        function* (id, change) {
          const before = yield* find(id, sql`for no key update`)
          if (changed(change).length === 0) return before
          const { description, isEnabled, name } = change
          if (name !== undefined) yield* PersonaConfig.checkedName(name)
          const configDetails =
            change.configDetails === undefined
              ? before.configDetails
              : yield* PersonaConfig.checked(before.personaType, change.configDetails)
          const after = {
            name: Storable.text(name ?? before.name),
            description: description === undefined ? before.description : description && Storable.text(description),
            isEnabled: isEnabled ?? before.isEnabled
          }
          const [row] = yield* sql`
          update personas
          set
            name = ${after.name}, description = ${after.description}, is_enabled = ${after.isEnabled},
            config_details = ${Json.text(configDetails)}::text::jsonb
          where id = ${id}
          returning *
        `.pipe(taken(after.name, before.personaType))
          const persona = yield* decode(row)
          yield* AuditLog.append(sql, updated(persona, change))
          return persona
        },
        (update) => update.pipe(sql.withTransaction, guard("Personas.update"))
      ),

      get: (id) => find(id).pipe(guard("Personas.get")),

      many: (ids) =>
        sql`
          select p.* from unnest(${ids}::uuid[]) with ordinality as wanted (id, nth)
          join personas p using (id)
          order by wanted.nth
        `.pipe(Effect.flatMap(decodeAll), guard("Personas.many")),

      page: Effect.fnUntraced(function* ({ type }, request) {
        const after = yield* Page.position(Page.NameKey, request)
        const rows = yield* sql`
          select * from personas
          where ${type === undefined ? sql`true` : sql`persona_type = ${type}`}
            ${after === null ? sql`` : sql`and (name collate "C", id) > (${after[0]}, ${after[1]}::uuid)`}
          order by name collate "C", id
          limit ${Page.pageSize(request) + 1}
        `
        return Page.page(yield* decodeAll(rows), request, Page.nameKey)
      }, guard("Personas.page")),

      remove: Effect.fnUntraced(
        function* (id) {
          const [row] = yield* sql`delete from personas where id = ${id} returning *`
          if (row === undefined) return yield* new PersonaNotFound({ personaId: id })
          yield* AuditLog.append(sql, removed(yield* decode(row)))
        },
        (remove) => remove.pipe(sql.withTransaction, guard("Personas.remove", { unhurried: true }))
      )
    })
  })
)

const decode = Schema.decodeUnknownEffect(Persona)
const decodeAll = Schema.decodeUnknownEffect(Schema.Array(Persona))
