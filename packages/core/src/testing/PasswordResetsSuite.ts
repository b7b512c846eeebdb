import { assert, it } from "@effect/vitest"
import { Effect, type Layer, Redacted } from "effect"
import { AuditLog } from "../audit/AuditLog.ts"
import { AuthLog } from "../auth/AuthLog.ts"
import { Credentials } from "../auth/Credentials.ts"
import { PasswordResets } from "../auth/PasswordResets.ts"
import { Sessions } from "../auth/Sessions.ts"
import * as Token from "../auth/Token.ts"
import { Users } from "../auth/Users.ts"
import { client, Elapse, freshEmail, manage, opened, type Ports, person, story } from "./authFixture.ts"

const hash = Effect.map(Token.mint, (minted) => minted.hash)
const next = { hash: Redacted.make("the new hash"), pepperVersion: 3 }

/** What every `PasswordResets` promises. Each layer runs it. */
export const suite = <E>(name: string, layer: Layer.Layer<Ports, E>) =>
  it.layer(layer, { timeout: "60 seconds" })(`PasswordResets (${name})`, (it) => {
    it.effect("of 50 redemptions at once one wins, all sessions end, and no other link works any more", () =>
      Effect.gen(function* () {
        const resets = yield* PasswordResets
        const credentials = yield* Credentials
        const { email, id } = yield* person({ mustChangePassword: true })
        const session = yield* opened(id)
        const [token, older] = [yield* hash, yield* hash]
        yield* resets.offer(email, older, client)
        yield* resets.offer(email, token, client)
        for (let n = 0; n < 5; n++)
          yield* credentials.failed({ userId: id, fault: "wrong password", deviceId: null, client })

        const users = yield* Effect.forEach(Array.from({ length: 50 }), () => resets.redeem(token, next, client), {
          concurrency: "unbounded"
        })

        assert.strictEqual(users.filter((user) => user !== null).length, 1)
        const validation = yield* (yield* Sessions).validate(session.id, client, { ip: false, userAgent: false })
        assert.isFalse(validation.isValid)
        assert.isNull(yield* resets.find(older))
        assert.isNull(yield* resets.redeem(older, next, client))
        const { account, isLocked } = yield* credentials.find(email, null)
        assert.isFalse(isLocked)
        assert.deepInclude(account, { mustChangePassword: false, passwordPepperVersion: 3 })
        assert.strictEqual((yield* story(id)).filter((line) => line === "password_reset success").length, 1)
        const { items } = yield* (yield* AuditLog).page({ entityId: id, action: "user.password_reset" })
        assert.strictEqual(items.length, 1)
      })
    )

    it.effect("a link works for 30 minutes, and looking at it does not use it up", () =>
      Effect.gen(function* () {
        const resets = yield* PasswordResets
        const elapse = yield* Elapse
        const { email, id } = yield* person()
        const token = yield* hash
        yield* resets.offer(email, token, client)

        yield* elapse("29 minutes")
        assert.strictEqual((yield* resets.find(token))?.id, id)
        yield* elapse("2 minutes")
        assert.isNull(yield* resets.find(token))
        assert.isNull(yield* resets.redeem(token, next, client))
      })
    )

    it.effect("nobody's address gets nothing but a line in the log; neither does an inactive account", () =>
      Effect.gen(function* () {
        const resets = yield* PasswordResets
        const log = yield* AuthLog
        const { email, id } = yield* person()
        yield* (yield* Users).deactivate(manage, id)
        const failures = Effect.map(
          log.page({ eventType: "password_reset_requested" }),
          ({ items }) => items.filter((entry) => entry.eventStatus === "failure" && entry.userId === null).length
        )
        const before = yield* failures

        assert.isNull(yield* resets.offer(freshEmail(), yield* hash, client))
        assert.isNull(yield* resets.offer(email, yield* hash, client))
        assert.strictEqual(yield* failures, before + 2)
      })
    )

    it.effect("links that have not worked for a day are swept", () =>
      Effect.gen(function* () {
        const resets = yield* PasswordResets
        const elapse = yield* Elapse
        const { email } = yield* person()
        yield* resets.offer(email, yield* hash, client)
        yield* elapse("2 days")
        const token = yield* hash
        yield* resets.offer(email, token, client)

        assert.isAtLeast(yield* resets.sweep, 1)
        assert.strictEqual(yield* resets.sweep, 0)
        assert.isNotNull(yield* resets.find(token))
      })
    )

    it.effect("a lock by an administrator outlives a new password", () =>
      Effect.gen(function* () {
        const resets = yield* PasswordResets
        const { email, id } = yield* person()
        const token = yield* hash
        yield* resets.offer(email, token, client)
        yield* (yield* Users).lock(manage, id)
        yield* resets.redeem(token, next, client)
        assert.isTrue((yield* (yield* Credentials).find(email, null)).isLocked)
      })
    )
  })
