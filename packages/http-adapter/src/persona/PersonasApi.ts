import {
  InvalidPersona,
  Persona,
  PersonaNameTaken,
  PersonaNotFound,
  PersonaType
} from "@domainflow/core/persona/Persona"
import { PersonaId } from "@domainflow/core/persona/PersonaId"
import { Schema, Struct } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import * as Pages from "../Pages.ts"
import { problem } from "../problem/Problem.ts"
import { Needs } from "../session/Needs.ts"
import { Session } from "../session/Session.ts"

const notFound = problem(PersonaNotFound, 404, "There is no such persona")
const taken = problem(PersonaNameTaken, 409, "A persona has this name already")
const invalid = problem(InvalidPersona, 422, "The persona cannot be saved")

const params = { id: PersonaId }
const Change = Schema.Struct({
  name: Schema.String.check(Schema.isMaxLength(255)),
  description: Schema.NullOr(Schema.String),
  /** Settings of a `dns` or an `http` persona. */
  configDetails: Schema.Json,
  isEnabled: Schema.Boolean
}).mapFields(Struct.map(Schema.optionalKey))

export class PersonasApi extends HttpApiGroup.make("personas")
  .add(
    HttpApiEndpoint.get("list", "/", {
      query: { ...Pages.query, type: Schema.optionalKey(PersonaType) },
      success: Pages.pageOf(Persona),
      error: Pages.invalidCursor
    }).annotate(Needs, "personas:read"),
    HttpApiEndpoint.post("create", "/", {
      payload: Schema.Struct({
        ...Change.fields,
        name: Schema.String.check(Schema.isMaxLength(255)),
        personaType: PersonaType,
        configDetails: Schema.Json
      }),
      success: Persona.pipe(HttpApiSchema.status(201)),
      error: [taken, invalid]
    }).annotate(Needs, "personas:create"),
    HttpApiEndpoint.get("get", "/:id", { params, success: Persona, error: notFound }).annotate(Needs, "personas:read"),
    HttpApiEndpoint.patch("update", "/:id", {
      params,
      payload: Change,
      success: Persona,
      error: [notFound, taken, invalid]
    }).annotate(Needs, "personas:update"),
    HttpApiEndpoint.delete("remove", "/:id", { params, success: HttpApiSchema.NoContent, error: notFound }).annotate(
      Needs,
      "personas:delete"
    )
  )
  .middleware(Session)
  .prefix("/personas") {}
