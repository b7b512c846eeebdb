import { assert, it } from "@effect/vitest"
import { Effect, type Layer, Redacted } from "effect"
import { AuditLog } from "../audit/AuditLog.ts"
import { Credentials } from "../auth/Credentials.ts"
import { DeviceId } from "../auth/DeviceId.ts"
import type { LoginFault } from "../auth/LoginFault.ts"
import { proven } from "../auth/Password.ts"
import { PasswordHasher } from "../auth/PasswordHasher.ts"
import { PasswordResets } from "../auth/PasswordResets.ts"
import { SessionId } from "../auth/Session.ts"
import { Sessions } from "../auth/Sessions.ts"
import * as Token from "../auth/Token.ts"
import type { UserId } from "../auth/UserId.ts"
import { Users } from "../auth/Users.ts"
import { client, Elapse, freshEmail, manage, newUser, opened, type Ports, person, story } from "./authFixture.ts"

const freshDevice = Effect.map(Token.mint, ({ hash }) => DeviceId.make(hash))

const fail = Effect.fnUntraced(function* (userId: UserId | null, fault: LoginFault, deviceId: DeviceId | null = null) {
  yield* (yield* Credentials).failed({ userId, fault, deviceId, client })
})

/** A device that has logged in to an account. */
const known = Effect.fnUntraced(function* (userId: UserId) {
  const deviceId = yield* freshDevice
  const account = yield* (yield* Credentials).get(userId)
  yield* (yield* Sessions).open({
    id: SessionId.make((yield* Token.mint).hash),
    userId,
    passwordHash: account!.passwordHash,
    client,
    deviceId,
    isKnownDevice: false
  })
  return deviceId
})

/** What every `Credentials` promises. Each layer runs it. */
export const suite = <E>(name: string, layer: Layer.Layer<Ports, E>) =>
  it.layer(layer, { timeout: "60 seconds" })(`Credentials (${name})`, (it) => {
    it.effect("five failures lock for 15 minutes, the next five for 30, and a login starts anew", () =>
      Effect.gen(function* () {
        const credentials = yield* Credentials
        const elapse = yield* Elapse
        const { email, id } = yield* person()
        const isLocked = Effect.map(credentials.find(email, null), (found) => found.isLocked)
        const failFiveTimes = Effect.gen(function* () {
          for (let n = 0; n < 4; n++) yield* fail(id, "wrong password")
          assert.isFalse(yield* isLocked, "after four")
          yield* fail(id, "wrong password")
          assert.isTrue(yield* isLocked, "after five")
        })

        for (const minutes of [15, 30, 60]) {
          yield* failFiveTimes
          yield* elapse(`${minutes - 1} minutes`)
          assert.isTrue(yield* isLocked, `${minutes - 1} minutes into a lock of ${minutes}`)
          yield* elapse("2 minutes")
          assert.isFalse(yield* isLocked, `after ${minutes} minutes`)
        }
        yield* opened(id)
        yield* failFiveTimes
        yield* elapse("16 minutes")
        assert.isFalse(yield* isLocked)
        assert.include(yield* story(id), "account_locked success")
      })
    )

    it.effect("failures at once are all counted", () =>
      Effect.gen(function* () {
        const { email, id } = yield* person()
        yield* Effect.forEach(Array.from({ length: 5 }), () => fail(id, "wrong password"), { concurrency: "unbounded" })
        assert.isTrue((yield* (yield* Credentials).find(email, null)).isLocked)
      })
    )

    it.effect("an unknown user, a locked one and an inactive one are written down, and count nothing", () =>
      Effect.gen(function* () {
        const credentials = yield* Credentials
        const { email, id } = yield* person()
        for (const fault of ["unknown", "locked", "inactive"] as const)
          for (let n = 0; n < 5; n++) yield* fail(fault === "unknown" ? null : id, fault)

        assert.isFalse((yield* credentials.find(email, null)).isLocked)
        assert.deepStrictEqual(yield* story(id), ["user_created success", ...Array(10).fill("login failure")])
      })
    )

    it.effect("strangers' failures lock out strangers, not the owner's known device", () =>
      Effect.gen(function* () {
        const credentials = yield* Credentials
        const { email, id } = yield* person()
        const deviceId = yield* known(id)
        for (let n = 0; n < 5; n++) yield* fail(id, "wrong password")

        assert.deepInclude(yield* credentials.find(email, null), { isKnownDevice: false, isLocked: true })
        assert.deepInclude(yield* credentials.find(email, deviceId), { isKnownDevice: true, isLocked: false })
        assert.deepInclude(yield* credentials.find(email, yield* freshDevice), { isKnownDevice: false, isLocked: true })
      })
    )

    it.effect("a known device's failures count for it alone: the fifth makes it a stranger", () =>
      Effect.gen(function* () {
        const credentials = yield* Credentials
        const { email, id } = yield* person()
        const [mine, other] = [yield* known(id), yield* known(id)]
        for (let n = 0; n < 4; n++) yield* fail(id, "wrong password", mine)
        assert.isTrue((yield* credentials.find(email, mine)).isKnownDevice)
        yield* fail(id, "wrong password", mine)

        assert.deepInclude(yield* credentials.find(email, mine), { isKnownDevice: false, isLocked: false })
        assert.isTrue((yield* credentials.find(email, other)).isKnownDevice)
      })
    )

    it.effect("a device is known for 90 days, to its owner's account, and ten of them", () =>
      Effect.gen(function* () {
        const credentials = yield* Credentials
        const elapse = yield* Elapse
        const [owner, stranger] = [yield* person(), yield* person()]
        const first = yield* known(owner.id)
        assert.isFalse((yield* credentials.find(stranger.email, first)).isKnownDevice)
        for (let n = 0; n < 10; n++) {
          yield* elapse("1 minute")
          yield* known(owner.id)
        }
        assert.isFalse((yield* credentials.find(owner.email, first)).isKnownDevice)
        const last = yield* known(owner.id)
        yield* elapse("89 days")
        assert.isTrue((yield* credentials.find(owner.email, last)).isKnownDevice)
        yield* elapse("2 days")
        assert.isFalse((yield* credentials.find(owner.email, last)).isKnownDevice)
      })
    )

    it.effect("a lock by an administrator keeps everyone out", () =>
      Effect.gen(function* () {
        const credentials = yield* Credentials
        const { email, id } = yield* person()
        const deviceId = yield* known(id)
        yield* (yield* Users).lock(manage, id)
        assert.isTrue((yield* credentials.find(email, deviceId)).isLocked)
      })
    )

    it.effect(
      "a wrong password that was under way when an administrator locked the account leaves that lock alone",
      () =>
        Effect.gen(function* () {
          const [credentials, users, elapse] = [yield* Credentials, yield* Users, yield* Elapse]
          const [forGood, forNow] = [yield* person(), yield* person()]
          // By the store's clock.
          const until = new Date(forNow.createdAt!.getTime() + 3 * 3_600_000)
          for (const { id } of [forGood, forNow]) for (let n = 0; n < 4; n++) yield* fail(id, "wrong password")
          yield* users.lock(manage, forGood.id)
          yield* users.lock(manage, forNow.id, until)
          for (const { id } of [forGood, forNow]) for (let n = 0; n < 2; n++) yield* fail(id, "wrong password")

          for (const { email, id } of [forGood, forNow]) {
            assert.isTrue((yield* credentials.find(email, null)).isLocked)
            assert.deepInclude(yield* credentials.get(id), { isLocked: true, failedLoginAttempts: 4 })
            assert.strictEqual((yield* story(id)).filter((line) => line === "login failure").length, 6)
          }
          assert.isNull((yield* credentials.get(forGood.id))!.lockedUntil)
          assert.deepStrictEqual((yield* credentials.get(forNow.id))!.lockedUntil, until)

          yield* elapse("4 hours")
          assert.isTrue((yield* credentials.find(forGood.email, null)).isLocked)
          yield* fail(forNow.id, "wrong password")
          assert.deepInclude(yield* credentials.get(forNow.id), { isLocked: false, failedLoginAttempts: 1 })
        })
    )

    it.effect("a password is changed once by whoever proved the old one, and everything of the old one ends", () =>
      Effect.gen(function* () {
        const credentials = yield* Credentials
        const hasher = yield* PasswordHasher
        const { email, id } = yield* person({ mustChangePassword: true })
        const deviceId = yield* known(id)
        const session = yield* opened(id)
        const { passwordHash } = (yield* credentials.get(id))!
        const to = yield* hasher.hash(proven(Redacted.make("seven red balloons")))

        const outcomes = yield* Effect.forEach(
          Array.from({ length: 20 }),
          () => credentials.change(id, passwordHash, to, client),
          { concurrency: "unbounded" }
        )

        assert.strictEqual(outcomes.filter((isChanged) => isChanged).length, 1)
        const validation = yield* (yield* Sessions).validate(session.id, client, { ip: false, userAgent: false })
        assert.isFalse(validation.isValid)
        const { account, isKnownDevice } = yield* credentials.find(email, deviceId)
        assert.isFalse(isKnownDevice)
        assert.isFalse(account?.mustChangePassword)
        assert.strictEqual(Redacted.value(account!.passwordHash), Redacted.value(to.hash))
        assert.strictEqual((yield* story(id)).at(-1), "password_change success")
        const { items } = yield* (yield* AuditLog).page({ entityId: id, action: "user.password_changed" })
        assert.strictEqual(items.length, 1)
      })
    )

    it.effect("links that were sent before a new password, or to an old address, do not work any more", () =>
      Effect.gen(function* () {
        const [credentials, resets, users] = [yield* Credentials, yield* PasswordResets, yield* Users]
        const to = yield* (yield* PasswordHasher).hash(proven(Redacted.make("seven red balloons")))
        const { email, id } = yield* person()
        const { passwordHash } = (yield* credentials.get(id))!
        const [before, old, verification] = [yield* Token.mint, yield* Token.mint, yield* Token.mint]

        yield* resets.offer(email, before.hash, client)
        yield* credentials.change(id, passwordHash, to, client)
        assert.isNull(yield* resets.find(before.hash))
        yield* resets.offer(email, old.hash, client)
        yield* credentials.offerVerification(email, verification.hash)
        yield* users.update(manage, id, { email: freshEmail() })
        assert.isNull(yield* resets.find(old.hash))
        assert.isNull(yield* resets.redeem(old.hash, to, client))
        assert.isNull(yield* credentials.verify(verification.hash))
      })
    )

    it.effect("storing the same password better ends nothing", () =>
      Effect.gen(function* () {
        const credentials = yield* Credentials
        const { id } = yield* person()
        const { passwordHash } = (yield* credentials.get(id))!
        const session = yield* opened(id)
        const to = { hash: Redacted.make("better"), pepperVersion: 7 }

        assert.isTrue(yield* credentials.rehash(id, passwordHash, to))
        assert.isFalse(yield* credentials.rehash(id, passwordHash, to))

        assert.strictEqual((yield* credentials.get(id))?.passwordPepperVersion, 7)
        const validation = yield* (yield* Sessions).validate(session.id, client, { ip: false, userAgent: false })
        assert.isTrue(validation.isValid)
      })
    )

    it.effect("an address is verified once, in time, and by the last link", () =>
      Effect.gen(function* () {
        const credentials = yield* Credentials
        const elapse = yield* Elapse
        const { email, id } = yield* person()
        const [first, late, last] = [yield* Token.mint, yield* Token.mint, yield* Token.mint]

        assert.isNull(yield* credentials.offerVerification(freshEmail(), first.hash))
        yield* credentials.offerVerification(email, first.hash)
        yield* credentials.offerVerification(email, late.hash)
        assert.isNull(yield* credentials.verify(first.hash))
        yield* elapse("31 minutes")
        assert.isNull(yield* credentials.verify(late.hash))
        yield* credentials.offerVerification(email, last.hash)
        const won = yield* Effect.filter(
          yield* Effect.forEach(Array.from({ length: 50 }), () => credentials.verify(last.hash), {
            concurrency: "unbounded"
          }),
          (user) => Effect.succeed(user !== null)
        )

        assert.deepStrictEqual(
          won.map((user) => user?.id),
          [id]
        )
        assert.isTrue((yield* credentials.get(id))?.emailVerified)
        assert.isNull(yield* credentials.offerVerification(email, first.hash))
      })
    )
  })

/** On a store of its own: it must begin without a super_admin. */
export const bootstrap = <E>(name: string, layer: Layer.Layer<Ports, E>) =>
  it.layer(layer, { timeout: "60 seconds" })(`bootstrap (${name})`, (it) => {
    it.effect("of 50 calls at once one makes the first super_admin, and no later one does", () =>
      Effect.gen(function* () {
        const credentials = yield* Credentials
        const users = yield* Effect.forEach(Array.from({ length: 50 }), () => newUser)

        const made = yield* Effect.forEach(users, (user) => credentials.bootstrap(user, client), {
          concurrency: "unbounded"
        })

        const won = made.filter((user) => user !== null)
        assert.strictEqual(won.length, 1)
        const { id } = yield* opened(won[0]!.id)
        const validation = yield* (yield* Sessions).validate(id, client, { ip: false, userAgent: false })
        assert.deepStrictEqual(validation.roles, ["super_admin"])
        assert.strictEqual(validation.permissions.length, 17)
        assert.isNull(yield* credentials.bootstrap(yield* newUser, client))
      })
    )
  })
