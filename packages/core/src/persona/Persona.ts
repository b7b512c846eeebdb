import { Schema } from "effect"
import { PersonaId } from "./PersonaId.ts"

export const PersonaType = Schema.Literals(["dns", "http"])
export type PersonaType = typeof PersonaType.Type

/** How questions are asked: a row of `personas`. `configDetails` is read as `DnsPersona` or `HttpPersona` by its type. */
export class Persona extends Schema.Class<Persona>("@domainflow/core/Persona")({
  id: PersonaId,
  /** Not empty where it was created through us. */
  name: Schema.String,
  description: Schema.NullOr(Schema.String),
  personaType: PersonaType,
  configDetails: Schema.Json,
  isEnabled: Schema.Boolean,
  createdAt: Schema.Date,
  updatedAt: Schema.Date
}) {}

export class PersonaNotFound extends Schema.TaggedError<PersonaNotFound>()("PersonaNotFound", {
  personaId: PersonaId
}) {
  override get message() {
    return `persona ${this.personaId} does not exist`
  }
}

/** Names are unique within a type. */
export class PersonaNameTaken extends Schema.TaggedError<PersonaNameTaken>()("PersonaNameTaken", {
  name: Schema.String,
  personaType: PersonaType
}) {
  override get message() {
    return `there is a ${this.personaType} persona named "${this.name}" already: choose another name or change that one`
  }
}

/** A field of a persona is out of its range; `path` is the way to it, such as `configDetails.queryTimeoutSeconds`. */
export class InvalidPersona extends Schema.TaggedError<InvalidPersona>()("InvalidPersona", {
  path: Schema.String,
  reason: Schema.String
}) {
  override get message() {
    return `the persona cannot be saved: ${this.path}: ${this.reason}`
  }
}
