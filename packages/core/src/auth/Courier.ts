import { Context, Effect, Layer, Queue, type Redacted } from "effect"
import type { User } from "./User.ts"

/** Something that only the owner of an address may read. */
export interface Letter {
  readonly kind: "password_reset" | "email_verification"
  readonly to: User
  /** To be put into a link. Shown once, here. */
  readonly token: Redacted.Redacted
}

/** How letters reach people: a host brings its own mail. Failing to deliver is logged, and never told to the one who asked. */
export class Courier extends Context.Service<
  Courier,
  {
    readonly deliver: (letter: Letter) => Effect.Effect<void, unknown>
  }
>()("@domainflow/core/Courier") {
  /** For tests and demonstrations: letters wait in `Letterbox`. */
  static readonly layerMemory = Layer.effectContext(
    Effect.gen(function* () {
      const letters = yield* Queue.unbounded<Letter>()
      return Context.make(Letterbox, letters).pipe(
        Context.add(Courier, { deliver: (letter) => Effect.asVoid(Queue.offer(letters, letter)) })
      )
    })
  )
}

/** What `Courier.layerMemory` was given to deliver. */
export class Letterbox extends Context.Service<Letterbox, Queue.Dequeue<Letter>>()("@domainflow/core/Letterbox") {}
