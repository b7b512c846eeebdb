import type { Array } from "effect"

/** How far a campaign has come: turns taken so far, and the time since its run began. */
export interface Moment {
  readonly turns: number
  readonly elapsedMillis: number
}

/**
 * The persona that is on. They take turns in their order, each for `intervalSeconds`; at 0 the turn passes with every
 * turn taken. Total: a campaign of one persona never changes it.
 */
export const at = <P>(personas: Array.NonEmptyReadonlyArray<P>, intervalSeconds: number, moment: Moment): P => {
  const turn = intervalSeconds > 0 ? Math.floor(moment.elapsedMillis / (intervalSeconds * 1_000)) : moment.turns
  // Two remainders: a clock set back makes the elapsed time negative.
  const place = ((turn % personas.length) + personas.length) % personas.length
  // `place` is within the array by the line above.
  return personas[place]!
}
