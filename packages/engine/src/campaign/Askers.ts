import type { PersonaId } from "@domainflow/core/persona/PersonaId"
import { Array, Effect } from "effect"

/**
 * What asks as each persona, in the order of their turns, made once a persona: one that a campaign names twice has two
 * turns, and still one rate limit and one set of resolvers or connections.
 */
export const eachOnce = <Persona extends { readonly id: PersonaId }, Asker, E, R>(
  personas: Array.NonEmptyReadonlyArray<Persona>,
  make: (persona: Persona) => Effect.Effect<Asker, E, R>
): Effect.Effect<Array.NonEmptyReadonlyArray<Asker>, E, R> =>
  Effect.gen(function* () {
    const made = new Map<PersonaId, Asker>()
    for (const persona of personas) if (!made.has(persona.id)) made.set(persona.id, yield* make(persona))
    // Every one of them was made in the line above.
    return Array.map(personas, ({ id }) => made.get(id)!)
  })
