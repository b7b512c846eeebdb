import { Effect, type Fiber, Tracer } from "effect"

/**
 * The span of an operation, where somebody traces.
 *
 * Without a tracer of the host's, a span is made and told to nobody: for what is done many thousand times a second
 * that costs as much as doing it.
 */
export const traced = (name: string): (<A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>) => {
  // Where an operation was put together says nothing, and finding out would cost more than the span.
  const spanned = Effect.withSpan(name, undefined, { captureStackTrace: false })
  return (effect) => Effect.withFiber((fiber) => (isTraced(fiber) ? spanned(effect) : effect))
}

/** Whether the host has a tracer, which takes spans somewhere. */
export const isTraced = (fiber: Fiber.Fiber<unknown, unknown>): boolean =>
  fiber.getRef(Tracer.Tracer) !== Tracer.nativeTracer
