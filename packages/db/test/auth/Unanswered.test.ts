import { AuditLog } from "@domainflow/core/audit/AuditLog"
import { Credentials } from "@domainflow/core/auth/Credentials"
import { PasswordResets } from "@domainflow/core/auth/PasswordResets"
import { SessionId } from "@domainflow/core/auth/Session"
import { Sessions } from "@domainflow/core/auth/Sessions"
import * as Token from "@domainflow/core/auth/Token"
import type { UserId } from "@domainflow/core/auth/UserId"
import { Users } from "@domainflow/core/auth/Users"
import { client, manage, newUser, opened, person, story } from "@domainflow/core/testing/authFixture"
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import * as Pg from "../../src/Pg.ts"
import * as Database from "../support/Database.ts"
import * as Lossy from "../support/Lossy.ts"
import { onDatabase } from "./support.ts"

const unbound = { ip: false, userAgent: false }
const hashed = (hash: string) => ({ hash: Redacted.make(hash), pepperVersion: 1 })

it.live(
  "what an account goes through happens once and is answered so, also where the connection broke before the commit was answered",
  () =>
    Effect.gen(function* () {
      const road = yield* Lossy.make(yield* Database.fresh("migrated"))
      const unanswered = <A, E, R>(change: Effect.Effect<A, E, R>, tag?: string) =>
        Effect.gen(function* () {
          road.lose(1, tag)
          const answer = yield* change
          assert.strictEqual(road.left(), 0, "an answer was lost")
          return answer
        })
      yield* Effect.gen(function* () {
        const [credentials, resets, sessions, users] = [
          yield* Credentials,
          yield* PasswordResets,
          yield* Sessions,
          yield* Users
        ]
        const audit = yield* AuditLog
        const actions = (id: UserId) =>
          Effect.map(audit.page({ entityId: id }), ({ items }) => items.map(({ action }) => action).toReversed())

        const first = yield* newUser
        const made = yield* unanswered(credentials.bootstrap(first, client))
        assert.strictEqual(made?.email, first.email)
        assert.deepStrictEqual(yield* actions(made!.id), ["user.created"])
        assert.isNull(yield* credentials.bootstrap(yield* newUser, client))

        const { email, id } = yield* person()
        const { passwordHash } = (yield* credentials.get(id))!
        const better = hashed("better")
        assert.isTrue(yield* unanswered(credentials.rehash(id, passwordHash, better), "UPDATE 1"))
        assert.isFalse(yield* credentials.rehash(id, passwordHash, hashed("better still")))

        const changed = hashed("changed")
        assert.isTrue(yield* unanswered(credentials.change(id, better.hash, changed, client)))
        assert.isFalse(yield* credentials.change(id, better.hash, hashed("changed by others"), client))

        const link = yield* Token.mint
        yield* resets.offer(email, link.hash, client)
        const reset = hashed("reset")
        assert.strictEqual((yield* unanswered(resets.redeem(link.hash, reset, client)))?.id, id)
        assert.isNull(yield* resets.redeem(link.hash, reset, client))

        const verification = yield* Token.mint
        yield* credentials.offerVerification(email, verification.hash)
        assert.deepInclude(yield* unanswered(credentials.verify(verification.hash)), { id, emailVerified: true })
        assert.isNull(yield* credentials.verify(verification.hash))

        const [session, to] = [yield* unanswered(opened(id)), SessionId.make((yield* Token.mint).hash)]
        assert.strictEqual(session.session?.id, session.id)
        assert.isTrue(yield* unanswered(sessions.rotate(session.id, to)))
        assert.isTrue((yield* sessions.validate(to, client, unbound)).isValid)
        assert.isFalse(yield* sessions.rotate(session.id, SessionId.make((yield* Token.mint).hash)))

        assert.deepStrictEqual(yield* actions(id), [
          "user.created",
          "user.password_changed",
          "user.password_reset",
          "user.email_verified"
        ])
        assert.strictEqual((yield* story(id)).filter((line) => line === "login success").length, 1)

        yield* unanswered(users.delete(manage, id))
        assert.strictEqual((yield* Effect.flip(users.get(manage, id)))._tag, "UserNotFound")
        assert.strictEqual((yield* actions(id)).filter((action) => action === "user.deleted").length, 1)
        assert.strictEqual((yield* Effect.flip(users.delete(manage, id)))._tag, "UserNotFound")
      }).pipe(Effect.provide(onDatabase.pipe(Layer.provideMerge(Pg.layer(road.url)))))
    }).pipe(Effect.scoped),
  60_000
)
