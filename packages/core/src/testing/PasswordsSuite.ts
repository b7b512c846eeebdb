import { assert, it } from "@effect/vitest"
import { Effect, type Layer, Queue, Redacted } from "effect"
import { Auth } from "../auth/Auth.ts"
import { Letterbox } from "../auth/Courier.ts"
import { Credentials } from "../auth/Credentials.ts"
import { Sessions } from "../auth/Sessions.ts"
import {
  Elapse,
  freshEmail,
  login,
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

/** What the rules of passwords, and of the links that are sent by mail, promise over every set of ports. */
export const suite = <E>(name: string, layer: Layer.Layer<Ports, E>) =>
  it.layer(layer, { timeout: "60 seconds" })(`Passwords (${name})`, (it) => {
    it.effect("who must change the password can do nothing else, and then everything", () =>
      Effect.gen(function* () {
        const auth = yield* Auth
        const { email } = yield* person({ roles: roles("user"), mustChangePassword: true })
        const client = somewhere()
        const { token } = yield* login({ email, client })
        const before = yield* auth.validate(token, client)
        assert.isTrue(before.mustChangePassword)
        assert.strictEqual((yield* Effect.flip(before.grant("campaigns:read")))._tag, "Forbidden")

        const fresh = yield* auth.changePassword(before, { current: password, next, client })

        yield* (yield* auth.validate(fresh, client)).grant("campaigns:read")
        yield* Effect.flip(auth.validate(token, client))
      })
    )

    it.effect("a password is changed by whoever knows it, to a better one, and ends every other session", () =>
      Effect.gen(function* () {
        const auth = yield* Auth
        const { email, id } = yield* person({ firstName: "Beatrice" })
        const client = somewhere()
        const [here, elsewhere] = [yield* login({ email, client }), yield* login({ email, client })]
        const principal = yield* auth.validate(here.token, client)
        const change = (current: Redacted.Redacted, to: string) =>
          Effect.flip(auth.changePassword(principal, { current, next: Redacted.make(to), client }))

        assert.strictEqual((yield* change(wrong, "seven red balloons"))._tag, "InvalidCredentials")
        assert.deepInclude(yield* change(password, "too short"), { _tag: "WeakPassword", reason: "too_short" })
        assert.deepInclude(yield* change(password, "passwordpassword"), { reason: "common" })
        assert.deepInclude(yield* change(password, "beatrice.beatrice"), { reason: "own_name" })
        yield* Effect.gen(function* () {
          const own = yield* auth.validate((yield* login({ email, client })).token, client)
          assert.deepInclude(
            yield* Effect.flip(auth.changePassword(own, { current: password, next: password, client })),
            { reason: "unchanged" }
          )
        })
        yield* (yield* Elapse)("16 minutes")
        assert.deepInclude(yield* change(password, "\uff4eine green bottles"), { reason: "unchanged" })

        const fresh = yield* auth.changePassword(principal, { current: password, next, client, device: here.device })

        for (const old of [here, elsewhere]) yield* Effect.flip(auth.validate(old.token, client))
        yield* auth.validate(fresh, client)
        assert.strictEqual(yield* refusal({ email }), "InvalidCredentials")
        yield* login({ email, password: next, device: here.device })
        assert.isTrue((yield* (yield* Credentials).find(email, null)).account !== null)
        assert.include(yield* story(id), "password_change failure")
      })
    )

    it.effect("guessing the current password from a stolen session is limited", () =>
      Effect.gen(function* () {
        const auth = yield* Auth
        const { email } = yield* person()
        const client = somewhere()
        const { token } = yield* login({ email, client })
        const principal = yield* auth.validate(token, client)
        const guess = Effect.map(
          Effect.flip(auth.changePassword(principal, { current: wrong, next, client })),
          (error) => error._tag
        )
        for (let n = 0; n < 5; n++) assert.strictEqual(yield* guess, "InvalidCredentials")
        assert.strictEqual(yield* guess, "RateLimited")
      })
    )

    it.effect("a link resets the password once, ends every session and opens none", () =>
      Effect.gen(function* () {
        const auth = yield* Auth
        const letters = yield* Letterbox
        const { email, id } = yield* person()
        const client = somewhere()
        const session = yield* login({ email, client })
        yield* auth.requestReset(email.toUpperCase(), client)
        const letter = yield* Queue.take(letters)

        assert.deepInclude(letter, { kind: "password_reset" })
        assert.strictEqual(letter.to.id, id)
        const weak = yield* Effect.flip(auth.resetPassword(letter.token, Redacted.make("short"), client))
        assert.strictEqual(weak._tag, "WeakPassword")
        yield* auth.resetPassword(letter.token, next, client)
        assert.strictEqual((yield* Effect.flip(auth.resetPassword(letter.token, next, client)))._tag, "InvalidLink")

        yield* Effect.flip(auth.validate(session.token, client))
        assert.deepStrictEqual(yield* (yield* Sessions).of(id), [])
        assert.strictEqual(yield* refusal({ email }), "InvalidCredentials")
        yield* login({ email, password: next })
      })
    )

    it.effect("a link by mail lets the owner in again, whatever strangers have done", () =>
      Effect.gen(function* () {
        const [auth, letters] = [yield* Auth, yield* Letterbox]
        const { email } = yield* person()
        for (let n = 0; n < 30; n++) yield* refusal({ email, password: wrong })
        assert.strictEqual(yield* refusal({ email }), "RateLimited")

        yield* auth.requestReset(email, somewhere())
        yield* auth.resetPassword((yield* Queue.take(letters)).token, next, somewhere())
        yield* login({ email, password: next })
      })
    )

    it.effect("asking for a reset of nobody's password looks the same, and sends nothing", () =>
      Effect.gen(function* () {
        const auth = yield* Auth
        const letters = yield* Letterbox
        const { email } = yield* person()
        const client = somewhere()
        const answers = [yield* auth.requestReset(freshEmail(), client), yield* auth.requestReset(email, client)]
        const letter = yield* Queue.take(letters)

        assert.strictEqual(answers[0], answers[1])
        assert.strictEqual(letter.to.email, email)
        for (let n = 0; n < 3; n++) yield* auth.requestReset(freshEmail(), client)
        assert.strictEqual((yield* Effect.flip(auth.requestReset(freshEmail(), client)))._tag, "RateLimited")
      })
    )

    it.effect("an address is verified by the link that was sent to it", () =>
      Effect.gen(function* () {
        const auth = yield* Auth
        const letters = yield* Letterbox
        const { email } = yield* person()
        yield* auth.requestVerification(email, somewhere())
        const { kind, token } = yield* Queue.take(letters)

        assert.strictEqual(kind, "email_verification")
        assert.isTrue((yield* auth.verifyEmail(token)).emailVerified)
        assert.strictEqual((yield* Effect.flip(auth.verifyEmail(token)))._tag, "InvalidLink")
      })
    )
  })
