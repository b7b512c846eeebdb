import { Context, type Effect } from "effect"
import type { Page, PageRequest } from "../Page.ts"
import type { StoreError } from "../StoreError.ts"
import type { InvalidPersona, Persona, PersonaNameTaken, PersonaNotFound, PersonaType } from "./Persona.ts"
import type { PersonaId } from "./PersonaId.ts"

/** Where personas are kept. A configuration is checked when it is saved; every change writes its audit entry with it. */
export class Personas extends Context.Service<
  Personas,
  {
    readonly create: (persona: NewPersona) => Effect.Effect<Persona, InvalidPersona | PersonaNameTaken | StoreError>
    /** Changes the fields that are given; `configDetails` is replaced whole. */
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
      request?: PageRequest
    ) => Effect.Effect<Page<Persona>, StoreError>
    readonly remove: (id: PersonaId) => Effect.Effect<void, PersonaNotFound | StoreError>
  }
>()("@domainflow/core/Personas") {}

export interface NewPersona {
  readonly name: string
  readonly description?: string | null
  readonly personaType: PersonaType
  /** Read as `DnsPersona` or `HttpPersona`; keys we do not know are kept as they are. */
  readonly configDetails: unknown
  readonly isEnabled?: boolean
}
