import { assert, it } from "@effect/vitest"
import { Effect, type Layer, Redacted } from "effect"
import type { Client } from "../auth/Client.ts"
import { Credentials } from "../auth/Credentials.ts"
import { SessionId } from "../auth/Session.ts"
import { type Binding, Sessions } from "../auth/Sessions.ts"
import * as Token from "../auth/Token.ts"
import { Users } from "../auth/Users.ts"
import { client, Elapse, manage, opened, type Ports, person, roles, story } from "./authFixture.ts"

const unbound: Binding = { ip: false, userAgent: false }
const freshId = Effect.map(Token.mint, ({ hash }) => SessionId.make(hash))

/** What every `Sessions` promises. Each layer runs it. */
export const suite = <E>(name: string, layer: Layer.Layer<Ports, E>) =>
  it.layer(layer, { timeout: "60 seconds" })(`Sessions (${name})`, (it) => {
    it.effect("the same client is let in, with rights and roles, from any address and with or without a screen", () =>
      Effect.gen(function* () {
        const sessions = yield* Sessions
        const { id: userId } = yield* person({ roles: roles("viewer") })
        const clients: ReadonlyArray<Client> = [
          client,
          { ...client, screenResolution: null },
          { ...client, ip: "2001:db8::7" },
          { ...client, ip: "2001:db8::7", screenResolution: null },
          { ip: null, userAgent: null, screenResolution: null },
          { ...client, userAgent: "Ünïcode | agent 🦊" }
        ]
        for (const from of clients) {
          const { id } = yield* opened(userId, from)
          const validation = yield* sessions.validate(id, from, { ip: true, userAgent: true })
          assert.deepStrictEqual(
            validation,
            {
              isValid: true,
              userId,
              securityFlags: {},
              permissions: ["campaigns:read", "personas:read", "proxies:read"],
              roles: ["viewer"],
              mustChangePassword: false,
              rotationDue: false
            },
            JSON.stringify(from)
          )
        }
      })
    )

    it.effect("every combination of flags is raised by what it stands for", () =>
      Effect.gen(function* () {
        const sessions = yield* Sessions
        const elapse = yield* Elapse
        const elsewhere = "198.51.100.1"
        for (const isIdle of [false, true])
          for (const ip of [client.ip, elsewhere])
            for (const userAgent of [client.userAgent, "Lynx/2.9"])
              for (const bound of [
                unbound,
                { ip: true, userAgent: false },
                { ip: false, userAgent: true },
                { ip: true, userAgent: true }
              ]) {
                const { id: userId } = yield* person()
                const { id } = yield* opened(userId)
                if (isIdle) yield* elapse("31 minutes")
                const from = { ip, userAgent, screenResolution: null }
                const { isValid, permissions, securityFlags } = yield* sessions.validate(id, from, bound)
                const expected = {
                  ...(bound.ip && ip === elsewhere ? { ip_mismatch: true } : {}),
                  ...(bound.userAgent && userAgent !== client.userAgent ? { user_agent_mismatch: true } : {}),
                  ...(ip === elsewhere || userAgent !== client.userAgent ? { fingerprint_mismatch: true } : {}),
                  ...(isIdle ? { idle_timeout: true } : {})
                }
                assert.deepStrictEqual(securityFlags, expected)
                assert.strictEqual(isValid, Object.keys(expected).length === 0)
                assert.deepStrictEqual(permissions, [])
              }
      })
    )

    it.effect("an unknown token is of no session", () =>
      Effect.gen(function* () {
        const validation = yield* (yield* Sessions).validate(yield* freshId, client, unbound)
        assert.deepInclude(validation, { isValid: false, userId: null })
        assert.deepStrictEqual(validation.securityFlags, { error: "session_not_found" })
      })
    )

    it.effect("a session in use goes on, up to 12 hours; one that is not ends after 30 minutes", () =>
      Effect.gen(function* () {
        const sessions = yield* Sessions
        const elapse = yield* Elapse
        const { id: userId } = yield* person()
        const { id } = yield* opened(userId)
        const look = sessions.validate(id, client, unbound)

        for (let minutes = 0; minutes < 12 * 60 - 20; minutes += 20) {
          assert.isTrue((yield* look).isValid, `after ${minutes} minutes`)
          yield* elapse("20 minutes")
        }
        yield* elapse("21 minutes")
        assert.deepStrictEqual((yield* look).securityFlags, { error: "session_not_found" })
      })
    )

    it.effect("a check that fails does not count as activity", () =>
      Effect.gen(function* () {
        const sessions = yield* Sessions
        const elapse = yield* Elapse
        const { id: userId } = yield* person()
        const { id } = yield* opened(userId)

        yield* elapse("20 minutes")
        yield* sessions.validate(id, { ...client, userAgent: "Lynx/2.9" }, unbound)
        yield* elapse("11 minutes")

        assert.deepStrictEqual((yield* sessions.validate(id, client, unbound)).securityFlags, { idle_timeout: true })
      })
    )

    it.effect("five sessions at most: the oldest goes", () =>
      Effect.gen(function* () {
        const sessions = yield* Sessions
        const elapse = yield* Elapse
        const { id: userId } = yield* person()
        const ids: Array<SessionId> = []
        for (let n = 0; n < 7; n++) {
          ids.push((yield* opened(userId)).id)
          yield* elapse("1 second")
        }

        const live = yield* sessions.of(userId)

        assert.deepStrictEqual(
          live.map((session) => session.id),
          ids.slice(2).toReversed()
        )
      })
    )

    it.effect("logins at once leave five", () =>
      Effect.gen(function* () {
        const { id: userId } = yield* person()
        yield* Effect.forEach(Array.from({ length: 20 }), () => opened(userId), { concurrency: "unbounded" })
        assert.strictEqual((yield* (yield* Sessions).of(userId)).length, 5)
      })
    )

    it.effect("a password that changed since it was proved opens nothing", () =>
      Effect.gen(function* () {
        const sessions = yield* Sessions
        const { id: userId } = yield* person()
        const opening = { userId, client, deviceId: null, isKnownDevice: true }

        const session = yield* sessions.open({
          ...opening,
          id: yield* freshId,
          passwordHash: Redacted.make("the one before")
        })

        assert.isNull(session)
        assert.deepStrictEqual(yield* story(userId), ["user_created success"])
      })
    )

    it.effect("of 50 rotations at once one wins, and the old token ends after 10 seconds", () =>
      Effect.gen(function* () {
        const sessions = yield* Sessions
        const elapse = yield* Elapse
        const { id: userId } = yield* person()
        const { id } = yield* opened(userId)
        const next = yield* Effect.forEach(Array.from({ length: 50 }), () => freshId)

        const won = yield* Effect.filter(next, (to) => sessions.rotate(id, to), { concurrency: "unbounded" })

        assert.strictEqual(won.length, 1)
        assert.isTrue((yield* sessions.validate(won[0]!, client, unbound)).isValid)
        assert.isTrue((yield* sessions.validate(id, client, unbound)).isValid)
        yield* elapse("11 seconds")
        assert.isTrue((yield* sessions.validate(won[0]!, client, unbound)).isValid)
        assert.isFalse((yield* sessions.validate(id, client, unbound)).isValid)
      })
    )

    it.effect("what is ended is over at once, once, and in the log", () =>
      Effect.gen(function* () {
        const sessions = yield* Sessions
        const { id: userId } = yield* person()
        const one = yield* opened(userId)
        const two = yield* opened(userId)

        assert.isTrue(yield* sessions.end(one.id, "logout", client))
        assert.isFalse(yield* sessions.end(one.id, "logout", client))
        assert.strictEqual(yield* sessions.endAll(userId, client), 1)

        assert.isFalse((yield* sessions.validate(two.id, client, unbound)).isValid)
        assert.deepStrictEqual((yield* story(userId)).slice(-2), ["logout success", "session_revoked success"])
      })
    )

    it.effect("whoever logs out is logged out under every token the session had", () =>
      Effect.gen(function* () {
        const sessions = yield* Sessions
        const { id: userId } = yield* person()
        const isValid = (id: SessionId) => Effect.map(sessions.validate(id, client, unbound), (look) => look.isValid)
        for (const by of ["old", "new"] as const) {
          const [{ id }, { id: other }, to] = [yield* opened(userId), yield* opened(userId), yield* freshId]
          yield* sessions.rotate(id, to)
          assert.isTrue(yield* isValid(id))

          assert.isTrue(yield* sessions.end(by === "old" ? id : to, "logout", client))

          assert.deepStrictEqual([yield* isValid(id), yield* isValid(to)], [false, false], by)
          assert.isTrue(yield* isValid(other))
        }
      })
    )

    it.effect("a token that rotating has outdated ends nothing but itself", () =>
      Effect.gen(function* () {
        const sessions = yield* Sessions
        const { id: userId } = yield* person()
        const [{ id }, to] = [yield* opened(userId), yield* freshId]
        yield* sessions.rotate(id, to)
        yield* (yield* Elapse)("11 seconds")
        yield* sessions.end(id, "logout", client)
        assert.isTrue((yield* sessions.validate(to, client, unbound)).isValid)
      })
    )

    it.effect("a deactivated user's sessions are of nobody, at the very next look", () =>
      Effect.gen(function* () {
        const sessions = yield* Sessions
        const { id: userId } = yield* person()
        const { id } = yield* opened(userId)
        assert.isTrue((yield* sessions.validate(id, client, unbound)).isValid)
        yield* (yield* Users).deactivate(manage, userId)
        assert.deepStrictEqual((yield* sessions.validate(id, client, unbound)).securityFlags, {
          error: "session_not_found"
        })
      })
    )

    it.effect("cleaning up removes what is over and nothing else", () =>
      Effect.gen(function* () {
        const sessions = yield* Sessions
        const elapse = yield* Elapse
        const { id: userId } = yield* person()
        yield* opened(userId)
        yield* elapse("13 hours")
        const { id } = yield* opened(userId)

        assert.isAtLeast(yield* sessions.cleanup, 1)
        assert.strictEqual(yield* sessions.cleanup, 0)

        assert.deepStrictEqual(
          (yield* sessions.of(userId)).map((session) => session.id),
          [id]
        )
      })
    )

    it.effect("a login is remembered with the account", () =>
      Effect.gen(function* () {
        const { id: userId } = yield* person()
        yield* opened(userId)
        const account = yield* (yield* Credentials).get(userId)
        assert.strictEqual(account?.lastLoginIp, client.ip)
        assert.isNotNull(account?.lastLoginAt)
      })
    )
  })
