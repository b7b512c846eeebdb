import { Effect, Semaphore } from "effect"
import type { StoreError } from "../StoreError.ts"
import * as Attempts from "./Attempts.ts"
import type { Auth } from "./Auth.ts"
import { InvalidLink } from "./AuthError.ts"
import * as Client from "./Client.ts"
import { Courier, type Letter } from "./Courier.ts"
import { Credentials } from "./Credentials.ts"
import { PasswordResets } from "./PasswordResets.ts"
import * as Passwords from "./Passwords.ts"
import { accountBucket, addressBuckets, RateLimits } from "./RateLimits.ts"
import * as Token from "./Token.ts"
import { fold, type User } from "./User.ts"

/** Letters on their way at once: their work must not crowd out the requests that wait for an answer. */
const couriers = 4

/** Links that are sent to an address: to set a new password, and to prove that the address is one's own. */
export const make = Effect.gen(function* () {
  const credentials = yield* Credentials
  const resets = yield* PasswordResets
  const courier = yield* Courier
  const scope = yield* Effect.scope
  const limits = yield* RateLimits
  const turn = yield* Semaphore.make(couriers)
  const { limit, remark } = yield* Attempts.make
  const prepare = yield* Passwords.preparing

  /**
   * Does what an address asked for after the answer is given, so that the answer cannot tell whether anybody has it. What
   * goes wrong is the operator's to read; the cause is left out, since a mailer may quote the letter.
   */
  const behindTheAnswer = (kind: Letter["kind"], offer: (hash: string) => Effect.Effect<User | null, StoreError>) =>
    Effect.gen(function* () {
      const { hash, token } = yield* Token.mint
      const to = yield* offer(hash)
      if (to !== null) yield* courier.deliver({ kind, to, token })
    }).pipe(
      Effect.catchCause(() => Effect.logError(`a letter of kind ${kind} could not be delivered`)),
      turn.withPermits(1),
      Effect.forkIn(scope)
    )

  const rules: Rules = {
    requestReset: Effect.fn("Auth.requestReset")(function* (address, given) {
      const client = Client.parse(given)
      const email = fold(address)
      yield* limit("password_reset", [...addressBuckets(client), yield* accountBucket(email)], client)
      yield* behindTheAnswer("password_reset", (hash) => resets.offer(email, hash, client))
    }),

    resetPassword: Effect.fn("Auth.resetPassword")(function* (token, password, given) {
      const client = Client.parse(given)
      const hash = yield* Token.hash(token)
      const user = yield* resets.find(hash)
      // Hashing a password costs a fifth of a second: only for a link that works.
      const to = user === null ? null : yield* prepare(password, Passwords.personOf(user))
      const changed = to === null ? null : yield* resets.redeem(hash, to, client)
      // Whoever reads the owner's mail is the owner: what strangers tried is forgiven.
      if (changed !== null) return yield* limits.clear("login", yield* accountBucket(fold(changed.email)))
      yield* remark(client.ip === null ? "ip:unknown" : Client.bucket(client.ip), {
        eventType: "password_reset",
        eventStatus: "failure",
        userId: user?.id ?? null,
        client,
        riskScore: 40
      })
      return yield* new InvalidLink()
    }),

    requestVerification: Effect.fn("Auth.requestVerification")(function* (address, given) {
      const client = Client.parse(given)
      const email = fold(address)
      yield* limit("email_verification", [...addressBuckets(client), yield* accountBucket(email)], client)
      yield* behindTheAnswer("email_verification", (hash) => credentials.offerVerification(email, hash))
    }),

    verifyEmail: Effect.fn("Auth.verifyEmail")(function* (token) {
      const user = yield* credentials.verify(yield* Token.hash(token))
      return user ?? (yield* new InvalidLink())
    })
  }
  return rules
})

type Rules = Pick<Auth["Service"], "requestReset" | "resetPassword" | "requestVerification" | "verifyEmail">
