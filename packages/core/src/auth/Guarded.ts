import { Context, Effect, Stream } from "effect"
import { Actor } from "../audit/Actor.ts"
import type { Grant } from "./Grant.ts"
import type { Permission } from "./Permission.ts"
import { Reach } from "./Reach.ts"

/** The right that each operation of a port needs. A new operation does not compile until it has its line. */
export type Needs<Port> = { readonly [Operation in keyof Port]: Permission }

/** A port for people: every operation wants the proof first. */
export type Guarded<Port, N extends Needs<Port>> = {
  readonly [Operation in keyof Port]: Port[Operation] extends (...args: infer Args) => infer Answer
    ? (grant: Grant<N[Operation]>, ...args: Args) => Answer
    : (grant: Grant<N[Operation]>) => Port[Operation]
}

/**
 * A port whose operations each show the right to make them. They run signed by the one who was granted it, and reach no
 * further than they may; the port's own queries see to that.
 */
export const guarded = <Port extends object, const N extends Needs<Port>>(port: Port, needs: N): Guarded<Port, N> =>
  // Mapped key by key over `needs`, which the type holds to the port's own keys: TypeScript cannot follow a loop over them.
  Object.fromEntries(
    Object.keys(needs).map((operation) => {
      const answer = port[operation as keyof Port] as unknown
      return [
        operation,
        (grant: Grant<Permission>, ...args: ReadonlyArray<unknown>) =>
          within(grant, typeof answer === "function" ? answer.apply(port, args) : answer)
      ]
    })
  ) as unknown as Guarded<Port, N>

const within = (grant: Grant<Permission>, answer: unknown): unknown => {
  if (Effect.isEffect(answer)) return as(grant, answer as Effect.Effect<unknown, unknown>)
  if (!Stream.isStream(answer)) return answer
  return Stream.unwrap(
    Effect.map(Actor, (actor) =>
      (answer as Stream.Stream<unknown, unknown>).pipe(
        Stream.provideService(Reach, grant.reach),
        Stream.provideService(Actor, signed(grant, actor))
      )
    )
  )
}

/** Runs an effect with the reach and the signature of a grant. */
export const as = <A, E, R>(grant: Grant<Permission>, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.updateContext(
    effect,
    (context: Context.Context<R>) =>
      context.pipe(
        Context.add(Reach, grant.reach),
        Context.add(Actor, signed(grant, Context.get(context, Actor)))
      ) as Context.Context<R>
  )

const signed = (grant: Grant<Permission>, actor: Actor): Actor =>
  grant.userId === null ? actor : { ...actor, userId: grant.userId }
