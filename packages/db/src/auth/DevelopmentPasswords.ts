import { Credentials } from "@domainflow/core/auth/Credentials"
import { PasswordHasher } from "@domainflow/core/auth/PasswordHasher"
import { UserId } from "@domainflow/core/auth/UserId"
import { Effect, Layer, Redacted, Schema } from "effect"
import { developmentUsers } from "./DevelopmentUsers.ts"

/** Anybody who has read the documentation can log in. */
export class DevelopmentPasswordWorks extends Schema.TaggedError<DevelopmentPasswordWorks>()(
  "DevelopmentPasswordWorks",
  { users: Schema.NonEmptyArray(Schema.String) }
) {
  override get message() {
    return `The documented development password of ${this.users.join(", ")} works. In production that is refused: give ${
      this.users.length === 1 ? "this account" : "these accounts"
    } another password, or delete ${this.users.length === 1 ? "it" : "them"}.`
  }
}

/** The addresses of those development users whose documented password works, whichever of address and id they have kept. */
export const working = Effect.gen(function* () {
  const credentials = yield* Credentials
  const hasher = yield* PasswordHasher

  const works = Effect.fnUntraced(function* ({ email, id, password }: (typeof developmentUsers)[number]) {
    const byEmail = (yield* credentials.find(email, null)).account
    const byId = yield* credentials.get(UserId.make(id))
    for (const account of byEmail?.id === byId?.id ? [byId] : [byEmail, byId]) {
      if (account === null || !account.isActive) continue
      const stored = { hash: account.passwordHash, pepperVersion: account.passwordPepperVersion }
      if ((yield* hasher.verify(Redacted.make(password), stored)).matches) return true
    }
    return false
  })

  return (yield* Effect.filter(developmentUsers, works)).map(({ email }) => email)
})

/** Warns while a documented password works; where NODE_ENV is `production`, refuses to start. */
export const check = Effect.gen(function* () {
  const [first, ...rest] = yield* working
  if (first === undefined) return
  const found = new DevelopmentPasswordWorks({ users: [first, ...rest] })
  if (process.env["NODE_ENV"] === "production") return yield* found
  yield* Effect.logWarning(found.message)
})

/** The check, at start-up. */
export const layer = Layer.effectDiscard(check)
