import { Effect, Schema } from "effect"
import * as Issue from "../Issue.ts"
import { DnsPersona } from "./DnsPersona.ts"
import { HttpPersona } from "./HttpPersona.ts"
import { InvalidPersona, type PersonaType } from "./Persona.ts"

/** What a persona of each type says, read. */
export type PersonaConfig<Type extends PersonaType> = { readonly dns: DnsPersona; readonly http: HttpPersona }[Type]

const schemas: { readonly [Type in PersonaType]: Schema.Codec<PersonaConfig<Type>, unknown> } = {
  dns: DnsPersona,
  http: HttpPersona
}

/** Reads a configuration as what its type says it is. Refused with the path of the field. */
export const decode = <Type extends PersonaType>(
  type: Type,
  configDetails: unknown
): Effect.Effect<PersonaConfig<Type>, InvalidPersona> => {
  const schema: Schema.Codec<PersonaConfig<Type>, unknown> = schemas[type]
  return Effect.mapError(Schema.decodeUnknownEffect(schema)(configDetails), (error) =>
    invalid(Issue.first(error), "configDetails")
  )
}

/** What a row keeps: the configuration as it was given, once it has been read. Defaults are not written into it. */
export const checked = Effect.fnUntraced(function* (type: PersonaType, configDetails: unknown) {
  const json = yield* Schema.decodeUnknownEffect(Schema.Json)(configDetails).pipe(
    Effect.mapError((error) => invalid(Issue.first(error), "configDetails"))
  )
  yield* decode(type, json)
  return json
})

/** A name is there. */
export const checkedName = (name: string): Effect.Effect<string, InvalidPersona> =>
  name.trim() === "" ? Effect.fail(new InvalidPersona({ path: "name", reason: "is empty" })) : Effect.succeed(name)

const invalid = ({ path, reason }: Issue.Issue, root: string) =>
  new InvalidPersona({ path: path === "" ? root : path.startsWith("[") ? `${root}${path}` : `${root}.${path}`, reason })
