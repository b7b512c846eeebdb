import { assert, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { AuditLog } from "../audit/AuditLog.ts"
import { RoleName } from "../auth/Role.ts"
import { Roles } from "../auth/Roles.ts"
import { Sessions } from "../auth/Sessions.ts"
import { UserId } from "../auth/UserId.ts"
import { Users } from "../auth/Users.ts"
import * as Ids from "../Ids.ts"
import { client, manage, manager, newUser, opened, type Ports, person, roles, story } from "./authFixture.ts"

/** What every `Users` promises. Each layer runs it. */
export const suite = <E>(name: string, layer: Layer.Layer<Ports, E>) =>
  it.layer(layer, { timeout: "60 seconds" })(`Users (${name})`, (it) => {
    it.effect("an account is created with its roles, and found again", () =>
      Effect.gen(function* () {
        const users = yield* Users
        const made = yield* person({ firstName: "Grace", roles: roles("viewer"), mustChangePassword: true })

        const found = yield* users.get(manage, made.id)
        const held = yield* (yield* Roles).of(manage, made.id)

        assert.deepInclude(found, { firstName: "Grace", isActive: true, isLocked: false, mustChangePassword: true })
        assert.strictEqual(held.length, 1)
        assert.deepStrictEqual(yield* story(made.id), ["user_created success"])
      })
    )

    it.effect("what no store takes is left out of a name", () =>
      Effect.gen(function* () {
        const users = yield* Users
        const { id } = yield* person({ firstName: "A\0da", avatarUrl: "https://a.test/\0" })
        assert.deepInclude(yield* users.get(manage, id), { firstName: "Ada", avatarUrl: "https://a.test/" })

        const changed = yield* users.update(manage, id, { firstName: "\0Grace", lastName: "Hop\ud800per" })
        assert.deepInclude(changed, { firstName: "Grace", lastName: "Hop\ufffdper", avatarUrl: "https://a.test/" })
      })
    )

    it.effect("an address belongs to one account, however many ask for it at once", () =>
      Effect.gen(function* () {
        const users = yield* Users
        const user = yield* newUser
        const outcomes = yield* Effect.forEach(
          Array.from({ length: 20 }),
          () => Effect.result(users.create(manage, user)),
          { concurrency: "unbounded" }
        )

        assert.strictEqual(outcomes.filter((outcome) => outcome._tag === "Success").length, 1)
        for (const outcome of outcomes)
          if (outcome._tag === "Failure") assert.strictEqual(outcome.failure._tag, "EmailTaken")

        const other = yield* person()
        const taken = yield* Effect.flip(users.update(manage, other.id, { email: user.email }))
        assert.strictEqual(taken._tag, "EmailTaken")
      })
    )

    it.effect("unknown users and roles are said to be unknown", () =>
      Effect.gen(function* () {
        const users = yield* Users
        const nobody = UserId.make(yield* Ids.one)
        const user = yield* newUser

        assert.strictEqual((yield* Effect.flip(users.get(manage, nobody)))._tag, "UserNotFound")
        assert.strictEqual((yield* Effect.flip(users.lock(manage, nobody)))._tag, "UserNotFound")
        const roleless = yield* Effect.flip(users.create(manage, { ...user, roles: [RoleName.make("pilot")] }))
        assert.strictEqual(roleless._tag, "RoleNotFound")
      })
    )

    it.effect("a new address is not verified, and what changed is in the audit log with who changed it", () =>
      Effect.gen(function* () {
        const users = yield* Users
        const grant = yield* manager("super_admin")
        const { id } = yield* person()
        const { email } = yield* newUser

        const changed = yield* users.update(grant, id, { email, lastName: "Hopper" })

        assert.deepInclude(changed, { email, lastName: "Hopper", emailVerified: false })
        const { items } = yield* (yield* AuditLog).page({ entityId: id, action: "user.updated" })
        assert.deepInclude(items[0], { userId: grant.userId, details: { changed: ["email", "lastName"] } })
      })
    )

    it.effect("locking, deactivating and deleting end the sessions at once", () =>
      Effect.gen(function* () {
        const users = yield* Users
        const sessions = yield* Sessions
        for (const end of ["lock", "deactivate", "delete"] as const) {
          const { id: userId } = yield* person()
          const { id } = yield* opened(userId)
          const isValid = sessions
            .validate(id, client, { ip: false, userAgent: false })
            .pipe(Effect.map((validation) => validation.isValid))

          assert.isTrue(yield* isValid)
          yield* users[end](manage, userId)
          assert.isFalse(yield* isValid, end)
        }
      })
    )

    it.effect("a lock holds until its end or until it is lifted, and its sessions stay ended", () =>
      Effect.gen(function* () {
        const users = yield* Users
        const { id } = yield* person()
        yield* users.lock(manage, id)
        assert.isNull((yield* opened(id)).session)

        const unlocked = yield* users.unlock(manage, id)

        assert.isFalse(unlocked.isLocked)
        assert.isNotNull((yield* opened(id)).session)
        yield* users.deactivate(manage, id)
        assert.isNull((yield* opened(id)).session)
        yield* users.activate(manage, id)
        assert.isNotNull((yield* opened(id)).session)
      })
    )

    it.effect("someone deleted is gone, and the logs still say what they did", () =>
      Effect.gen(function* () {
        const users = yield* Users
        const { id } = yield* person({ roles: roles("user") })
        const before = yield* story(id)

        yield* users.delete(manage, id)

        assert.strictEqual((yield* Effect.flip(users.get(manage, id)))._tag, "UserNotFound")
        assert.includeMembers(yield* story(id), before)
        const { items } = yield* (yield* AuditLog).page({ entityId: id })
        assert.strictEqual(items[0]?.action, "user.deleted")
      })
    )

    it.effect("an administrator governs no super_admin, in no way", () =>
      Effect.gen(function* () {
        const users = yield* Users
        const grant = yield* manager("admin")
        const { id } = yield* person({ roles: roles("super_admin") })
        const user = yield* newUser

        const attempts: ReadonlyArray<Effect.Effect<unknown, { readonly _tag: string; readonly missing?: unknown }>> = [
          users.create(grant, { ...user, roles: roles("super_admin") }),
          users.update(grant, id, { email: user.email }),
          users.lock(grant, id),
          users.unlock(grant, id),
          users.activate(grant, id),
          users.deactivate(grant, id),
          users.delete(grant, id)
        ]

        for (const attempt of attempts) {
          const refused = yield* Effect.flip(attempt)
          assert.deepInclude(refused, { _tag: "NotHeld", missing: ["system:admin", "system:config"] })
        }
      })
    )

    it.effect("pages are in the order of the addresses, each once", () =>
      Effect.gen(function* () {
        const users = yield* Users
        for (let n = 0; n < 5; n++) yield* person()
        const emails: Array<string> = []
        let after: string | null = null
        do {
          const page: { items: ReadonlyArray<{ email: string }>; next: string | null } = yield* users.page(manage, {
            after,
            limit: 2
          })
          emails.push(...page.items.map((user) => user.email))
          after = page.next
        } while (after !== null)

        assert.deepStrictEqual(emails, [...new Set(emails)].sort())
        assert.isAtLeast(emails.length, 5)
      })
    )
  })
