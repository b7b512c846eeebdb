import { Array, Clock, Context, Effect, Layer, Order, Result } from "effect"
import type { AuditChange } from "../audit/AuditEntry.ts"
import { AuditLog } from "../audit/AuditLog.ts"
import { changed } from "../audit/Changed.ts"
import { DnsResult } from "../dns/DnsResult.ts"
import { HttpResult } from "../http/HttpResult.ts"
import * as Ids from "../Ids.ts"
import { atOnce, Memory } from "../Memory.ts"
import * as Page from "../Page.ts"
import type { StoreError } from "../StoreError.ts"
import { type InvalidPersona, Persona, PersonaNameTaken, PersonaNotFound, type PersonaType } from "./Persona.ts"
import * as PersonaConfig from "./PersonaConfig.ts"
import { PersonaId } from "./PersonaId.ts"

/** Where personas are kept. A configuration is checked when it is saved; every change writes its audit entry with it. */
export class Personas extends Context.Service<
  Personas,
  {
    readonly create: (persona: NewPersona) => Effect.Effect<Persona, InvalidPersona | PersonaNameTaken | StoreError>
    /** Changes the fields that are given; `configDetails` is replaced whole. Nothing given, nothing done. */
    readonly update: (
      id: PersonaId,
      change: Partial<Omit<NewPersona, "personaType">>
    ) => Effect.Effect<Persona, PersonaNotFound | InvalidPersona | PersonaNameTaken | StoreError>
    readonly get: (id: PersonaId) => Effect.Effect<Persona, PersonaNotFound | StoreError>
    /** Those that exist, in the order of the ids. */
    readonly many: (ids: ReadonlyArray<PersonaId>) => Effect.Effect<ReadonlyArray<Persona>, StoreError>
    /** By name. */
    readonly page: (
      filter: { readonly type?: PersonaType },
      request?: Page.PageRequest
    ) => Effect.Effect<Page.Page<Persona>, Page.InvalidCursor | StoreError>
    /** Results that name it stay, and name nobody. */
    readonly remove: (id: PersonaId) => Effect.Effect<void, PersonaNotFound | StoreError>
  }
>()("@domainflow/core/Personas") {
  static readonly layerMemory = Layer.effect(
    Personas,
    Effect.gen(function* () {
      const audit = yield* AuditLog
      const { dnsResults, httpResults, personas } = yield* Memory

      const find = (personaId: PersonaId) =>
        Result.fromNullishOr(personas.get(personaId), () => new PersonaNotFound({ personaId }))

      const put = (persona: Persona) => {
        const { id, name, personaType } = persona
        for (const other of personas.values()) {
          if (other.name === name && other.personaType === personaType && other.id !== id) {
            return Result.fail(new PersonaNameTaken({ name, personaType }))
          }
        }
        personas.set(id, persona)
        return Result.succeed(persona)
      }

      return Personas.of({
        create: Effect.fnUntraced(function* ({ description = null, isEnabled = true, name, personaType, ...given }) {
          const now = new Date(yield* Clock.currentTimeMillis)
          const persona = new Persona({
            id: PersonaId.make(yield* Ids.one),
            name: yield* PersonaConfig.checkedName(name),
            description,
            personaType,
            configDetails: yield* PersonaConfig.checked(personaType, given.configDetails),
            isEnabled,
            createdAt: now,
            updatedAt: now
          })
          yield* atOnce(() => put(persona))
          yield* audit.append(created(persona))
          return persona
        }, Effect.uninterruptible),

        update: Effect.fnUntraced(function* (id, change) {
          const now = new Date(yield* Clock.currentTimeMillis)
          const before = yield* atOnce(() => find(id))
          if (changed(change).length === 0) return before
          if (change.name !== undefined) yield* PersonaConfig.checkedName(change.name)
          const configDetails =
            change.configDetails === undefined
              ? undefined
              : yield* PersonaConfig.checked(before.personaType, change.configDetails)
          const persona = yield* atOnce(() =>
            Result.flatMap(find(id), (current) =>
              put(
                new Persona({
                  ...current,
                  name: change.name ?? current.name,
                  description: change.description === undefined ? current.description : change.description,
                  configDetails: configDetails === undefined ? current.configDetails : configDetails,
                  isEnabled: change.isEnabled ?? current.isEnabled,
                  updatedAt: now
                })
              )
            )
          )
          yield* audit.append(updated(persona, change))
          return persona
        }, Effect.uninterruptible),

        get: (id) => atOnce(() => find(id)),

        many: (ids) => Effect.sync(() => ids.flatMap((id) => personas.get(id) ?? [])),

        page: Effect.fnUntraced(function* ({ type }, request) {
          const after = yield* Page.position(Page.NameKey, request)
          const rows = Array.filter(
            personas.values(),
            (persona) =>
              (type === undefined || persona.personaType === type) &&
              (after === null || Order.isGreaterThan(Page.byName)(Page.nameKey(persona), after))
          )
          return Page.page(Array.sortWith(rows, Page.nameKey, Page.byName), request, Page.nameKey)
        }),

        remove: Effect.fnUntraced(function* (id) {
          const persona = yield* atOnce(() =>
            Result.map(find(id), (persona) => {
              personas.delete(id)
              dnsResults.amend((row) =>
                row.validatedByPersonaId === id ? new DnsResult({ ...row, validatedByPersonaId: null }) : row
              )
              httpResults.amend((row) =>
                row.validatedByPersonaId === id ? new HttpResult({ ...row, validatedByPersonaId: null }) : row
              )
              return persona
            })
          )
          yield* audit.append(removed(persona))
        }, Effect.uninterruptible)
      })
    })
  )
}

export interface NewPersona {
  readonly name: string
  readonly description?: string | null
  readonly personaType: PersonaType
  /** Read as `DnsPersona` or `HttpPersona`; keys we do not know are kept as they are. */
  readonly configDetails: unknown
  readonly isEnabled?: boolean
}

export const created = ({ id, name, personaType }: Persona): AuditChange => ({
  action: "persona.created",
  entityId: id,
  details: { name, personaType }
})

export const updated = ({ id, name, personaType }: Persona, change: Partial<NewPersona>): AuditChange => ({
  action: "persona.updated",
  entityId: id,
  details: { name, personaType, changed: changed(change) }
})

export const removed = ({ id, name, personaType }: Persona): AuditChange => ({
  action: "persona.deleted",
  entityId: id,
  details: { name, personaType }
})
