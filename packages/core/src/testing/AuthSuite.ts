import { assert, it } from "@effect/vitest"
import { Effect, type Layer, Redacted } from "effect"
import { Auth } from "../auth/Auth.ts"
import { AuthLog } from "../auth/AuthLog.ts"
import * as Housekeeping from "../auth/Housekeeping.ts"
import { Principal } from "../auth/Principal.ts"
import { Roles } from "../auth/Roles.ts"
import { Users } from "../auth/Users.ts"
import {
  Elapse,
  freshEmail,
  login,
  manage,
  next,
  type Ports,
  password,
  person,
  refusal,
  roles,
  somewhere,
  story,
  wrong
} from "./authFixture.ts"

/** What the rules of logins and sessions promise over every set of ports. */
export const suite = <E>(name: string, layer: Layer.Layer<Ports, E>) =>
  it.layer(layer, { timeout: "60 seconds" })(`Auth (${name})`, (it) => {
    it.effect("a login is good for requests until the logout", () =>
      Effect.gen(function* () {
        const auth = yield* Auth
        const { email, id } = yield* person({ roles: roles("user") })
        const client = somewhere()
        const { token, user } = yield* login({ email: ` ${email.toUpperCase()} `, client })

        const principal = yield* auth.validate(token, client)
        assert.strictEqual(user.id, id)
        assert.strictEqual(principal.userId, id)
        assert.isTrue(principal.can("campaigns:execute"))
        assert.isFalse(principal.can("campaigns:delete"))

        yield* auth.logout(token, client)
        const refused = yield* Effect.flip(auth.validate(token, client))
        assert.deepInclude(refused, { _tag: "SessionRefused", flags: { error: "session_not_found" } })
        assert.deepStrictEqual(yield* story(id), ["user_created success", "login success", "logout success"])
      })
    )

    it.effect("an unknown address, a wrong password, a locked and an inactive account get one answer", () =>
      Effect.gen(function* () {
        const users = yield* Users
        const [wrongly, locked, inactive] = [yield* person(), yield* person(), yield* person()]
        yield* users.lock(manage, locked.id)
        yield* users.deactivate(manage, inactive.id)
        const attempts = [
          { email: freshEmail() },
          { email: "no address\0 at all" },
          { email: wrongly.email, password: wrong },
          { email: locked.email },
          { email: inactive.email }
        ]
        for (const attempt of attempts) {
          const refused = yield* Effect.flip(login(attempt))
          assert.strictEqual(JSON.stringify(refused), '{"_tag":"InvalidCredentials"}')
        }
        const last = (yield* story(locked.id)).at(-1)
        assert.strictEqual(last, "login failure")
      })
    )

    it.effect("the eleventh attempt on an account is refused, from wherever it comes, whether or not it exists", () =>
      Effect.gen(function* () {
        const { email } = yield* person()
        for (const address of [email, freshEmail()]) {
          for (let n = 0; n < 10; n++)
            assert.strictEqual(yield* refusal({ email: address, password: wrong }), "InvalidCredentials")
          assert.strictEqual(yield* refusal({ email: address }), "RateLimited")
        }
      })
    )

    it.effect("the eleventh attempt from an address is refused, whomever it is for, and is in the log once", () =>
      Effect.gen(function* () {
        const log = yield* AuthLog
        const client = somewhere()
        for (let n = 0; n < 10; n++) yield* refusal({ email: freshEmail(), client })
        for (let n = 0; n < 5; n++) assert.strictEqual(yield* refusal({ email: freshEmail(), client }), "RateLimited")

        const { items } = yield* log.page({ eventType: "login", riskScore: 70 })
        assert.strictEqual(
          items.filter((entry) => entry.ipAddress === client.ip && entry.eventStatus === "blocked").length,
          1
        )
      })
    )

    it.effect("whatever strangers do, the owner's known device gets in", () =>
      Effect.gen(function* () {
        const { email } = yield* person()
        const { device } = yield* login({ email })
        for (let n = 0; n < 30; n++) yield* refusal({ email, password: wrong })

        assert.strictEqual(yield* refusal({ email }), "RateLimited")
        const again = yield* login({ email, device })
        assert.strictEqual(Redacted.value(again.device), Redacted.value(device))
      })
    )

    it.effect("a lock ends by itself", () =>
      Effect.gen(function* () {
        const elapse = yield* Elapse
        const { email } = yield* person()
        for (let n = 0; n < 5; n++) yield* refusal({ email, password: wrong })
        assert.strictEqual(yield* refusal({ email }), "InvalidCredentials")
        yield* elapse("16 minutes")
        yield* login({ email })
      })
    )

    it.effect("a login ends the session that the browser came with", () =>
      Effect.gen(function* () {
        const auth = yield* Auth
        const { email } = yield* person()
        const client = somewhere()
        const first = yield* login({ email, client })
        const second = yield* login({ email, client, replaces: first.token })

        yield* Effect.flip(auth.validate(first.token, client))
        yield* auth.validate(second.token, client)
      })
    )

    it.effect("a stolen token does not work elsewhere, and the attempt is in the log", () =>
      Effect.gen(function* () {
        const auth = yield* Auth
        const { email, id } = yield* person()
        const client = somewhere()
        const { token } = yield* login({ email, client })

        const refused = yield* Effect.flip(auth.validate(token, somewhere()))

        assert.deepInclude(refused, { flags: { fingerprint_mismatch: true } })
        assert.strictEqual((yield* story(id)).at(-1), "session_revoked blocked")
        yield* auth.validate(token, client)
      })
    )

    it.effect("what anybody can bring about as often as they like fills no log", () =>
      Effect.gen(function* () {
        const [auth, log] = [yield* Auth, yield* AuthLog]
        const { email, id } = yield* person()
        const { token } = yield* login({ email })
        const client = somewhere()
        for (let n = 0; n < 20; n++) {
          yield* Effect.flip(auth.validate(token, somewhere()))
          yield* Effect.flip(auth.resetPassword(Redacted.make(`link ${n}`), next, client))
        }

        assert.lengthOf(
          (yield* story(id)).filter((line) => line === "session_revoked blocked"),
          5
        )
        const { items } = yield* log.page({ eventType: "password_reset" }, { limit: 1_000 })
        assert.lengthOf(
          items.filter((entry) => entry.ipAddress === client.ip),
          5
        )
      })
    )

    it.effect("tidying up leaves what still counts", () =>
      Effect.gen(function* () {
        const auth = yield* Auth
        const { email } = yield* person()
        const client = somewhere()
        yield* (yield* Elapse)("3 days")
        const { token } = yield* login({ email, client })
        const removed = yield* Housekeeping.tidy
        assert.isAtLeast(removed.sessions + removed.attempts, 2)
        assert.deepStrictEqual(yield* Housekeeping.tidy, { sessions: 0, links: 0, attempts: 0 })
        yield* auth.validate(token, client)
      })
    )

    it.effect("someone who was away too long is logged out, and the log says why", () =>
      Effect.gen(function* () {
        const auth = yield* Auth
        const elapse = yield* Elapse
        const { email, id } = yield* person()
        const client = somewhere()
        const { token } = yield* login({ email, client })
        yield* elapse("31 minutes")
        yield* Effect.flip(auth.validate(token, client))
        yield* Effect.flip(auth.validate(token, client))
        assert.deepStrictEqual((yield* story(id)).slice(-2), ["login success", "session_expired success"])
      })
    )

    it.effect("a change of role is due for a new token, and rotating gives one", () =>
      Effect.gen(function* () {
        const auth = yield* Auth
        const elapse = yield* Elapse
        const { email, id } = yield* person()
        const client = somewhere()
        const { token } = yield* login({ email, client })
        assert.isFalse((yield* auth.validate(token, client)).rotationDue)
        yield* (yield* Roles).assign(manage, id, roles("viewer")[0]!)
        assert.isTrue((yield* auth.validate(token, client)).rotationDue)

        const rotated = yield* auth.rotate(token, client)

        assert.isFalse((yield* auth.validate(rotated, client)).rotationDue)
        yield* elapse("11 seconds")
        yield* Effect.flip(auth.validate(token, client))
        yield* Effect.flip(auth.rotate(token, client))
        yield* auth.validate(rotated, client)
      })
    )

    it.effect("someone can end all of their sessions", () =>
      Effect.gen(function* () {
        const auth = yield* Auth
        const { email } = yield* person()
        const client = somewhere()
        const [one, two] = [yield* login({ email, client }), yield* login({ email, client })]
        const principal = yield* auth.validate(one.token, client)
        assert.strictEqual(yield* auth.revokeAll(principal, client), 2)
        for (const { token } of [one, two]) yield* Effect.flip(auth.validate(token, client))
      })
    )

    it.effect("an account that asks for a second factor is not let in without one", () =>
      Effect.gen(function* () {
        const { email, id } = yield* person()
        yield* (yield* Users).update(manage, id, { mfaEnabled: true })
        assert.strictEqual(yield* refusal({ email, secondFactor: Redacted.make("123456") }), "SecondFactorRequired")
        assert.strictEqual(yield* refusal({ email, password: wrong }), "InvalidCredentials")
        assert.include(yield* story(id), "mfa_changed success")
      })
    )

    it.effect("the first super_admin is made with a good password, once", () =>
      Effect.gen(function* () {
        const auth = yield* Auth
        const first = { email: freshEmail(), firstName: "Ada", lastName: "King" }
        const client = somewhere()
        const weak = yield* Effect.flip(auth.bootstrap({ ...first, password: Redacted.make("qwerty") }, client))
        assert.strictEqual(weak._tag, "WeakPassword")
        yield* auth.bootstrap({ ...first, password }, client)
        const late = { email: freshEmail(), firstName: "Bob", lastName: "Late", password }
        assert.strictEqual((yield* Effect.flip(auth.bootstrap(late, client)))._tag, "AlreadyBootstrapped")

        const principal = yield* auth.validate((yield* login({ email: first.email, client })).token, client)
        assert.instanceOf(principal, Principal)
        yield* principal.grant("system:admin")
      })
    )
  })
