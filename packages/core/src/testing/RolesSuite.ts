import { assert, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { RoleName, superAdmin, systemRoles } from "../auth/Role.ts"
import { Roles } from "../auth/Roles.ts"
import { Sessions } from "../auth/Sessions.ts"
import { Users } from "../auth/Users.ts"
import { client, Elapse, manage, manager, opened, type Ports, person, principal, roles, story } from "./authFixture.ts"

const [viewer] = roles("viewer") as [RoleName]

/** What every `Roles` promises. Each layer runs it. */
export const suite = <E>(name: string, layer: Layer.Layer<Ports, E>) =>
  it.layer(layer, { timeout: "60 seconds" })(`Roles (${name})`, (it) => {
    it.effect("a database begins with four roles", () =>
      Effect.gen(function* () {
        const list = yield* (yield* Roles).list
        assert.includeMembers(
          list.map((role) => `${role.name}`),
          [...systemRoles]
        )
      })
    )

    it.effect("rights count from the next request on, given or taken", () =>
      Effect.gen(function* () {
        const held = yield* Roles
        const sessions = yield* Sessions
        const { id: userId } = yield* person()
        const { id } = yield* opened(userId)
        const look = sessions.validate(id, client, { ip: false, userAgent: false })

        assert.deepStrictEqual((yield* look).permissions, [])
        yield* held.assign(manage, userId, viewer)
        const given = yield* look
        yield* held.revoke(manage, userId, viewer)
        const taken = yield* look

        assert.deepStrictEqual(
          [given.roles, given.permissions],
          [["viewer"], ["campaigns:read", "personas:read", "proxies:read"]]
        )
        assert.isTrue(given.rotationDue)
        assert.deepStrictEqual([taken.roles, taken.permissions], [[], []])
        assert.deepStrictEqual((yield* story(userId)).slice(-2), ["role_assigned success", "role_revoked success"])
      })
    )

    it.effect("a role that has expired gives nothing", () =>
      Effect.gen(function* () {
        const held = yield* Roles
        const { createdAt, id } = yield* person()
        const elapse = yield* Elapse
        yield* held.assign(manage, id, viewer, new Date(createdAt!.getTime() + 10 * 60_000))

        assert.deepStrictEqual([...(yield* principal(id)).roles], ["viewer"])
        yield* elapse("11 minutes")
        assert.deepStrictEqual([...(yield* principal(id)).roles], [])

        yield* held.assign(manage, id, viewer)
        assert.deepStrictEqual([...(yield* principal(id)).roles], ["viewer"])
      })
    )

    it.effect("nobody gives or takes what they do not hold", () =>
      Effect.gen(function* () {
        const held = yield* Roles
        const grant = yield* manager("admin")
        const { id } = yield* person({ roles: roles("super_admin") })

        assert.strictEqual((yield* Effect.flip(held.assign(grant, id, superAdmin)))._tag, "NotHeld")
        assert.strictEqual((yield* Effect.flip(held.revoke(grant, id, superAdmin)))._tag, "NotHeld")
        const themselves = yield* Effect.flip(held.assign(grant, grant.userId!, superAdmin))
        assert.strictEqual(themselves._tag, "NotHeld")
        yield* held.assign(grant, id, viewer)
      })
    )

    it.effect("an unknown role is said to be unknown, and one that is not held can be taken", () =>
      Effect.gen(function* () {
        const held = yield* Roles
        const { id } = yield* person()
        const pilot = RoleName.make("pilot")

        assert.strictEqual((yield* Effect.flip(held.assign(manage, id, pilot)))._tag, "RoleNotFound")
        yield* held.revoke(manage, id, viewer)
        assert.deepStrictEqual(yield* story(id), ["user_created success"])
      })
    )
  })

/** On a store of its own: who else is super_admin decides. */
export const lastSuperAdmin = <E>(name: string, layer: Layer.Layer<Ports, E>) =>
  it.layer(layer, { timeout: "60 seconds" })(`the last super_admin (${name})`, (it) => {
    it.effect("50 removals at once, of every kind, leave one who can do everything", () =>
      Effect.gen(function* () {
        const held = yield* Roles
        const users = yield* Users
        const people = yield* Effect.forEach(Array.from({ length: 5 }), () => person({ roles: roles("super_admin") }))
        const soon = new Date(people[0]!.createdAt!.getTime() + 3_600_000)

        const outcomes = yield* Effect.forEach(
          Array.from({ length: 50 }, (_, n) => n),
          (n) => {
            const { id } = people[n % people.length]!
            const removal = [
              held.revoke(manage, id, superAdmin),
              users.lock(manage, id),
              users.deactivate(manage, id),
              users.delete(manage, id),
              held.assign(manage, id, superAdmin, soon)
            ][Math.floor(n / people.length) % 5]!
            return Effect.result(Effect.asVoid(removal))
          },
          { concurrency: "unbounded" }
        )

        const left = yield* Effect.filter(people, ({ id }) =>
          Effect.gen(function* () {
            const user = yield* users.get(manage, id)
            const super_ = (yield* held.of(manage, id)).some((role) => role.expiresAt === null)
            return user.isActive && !user.isLocked && super_
          }).pipe(Effect.orElseSucceed(() => false))
        )
        assert.strictEqual(left.length, 1)
        assert.isTrue(
          outcomes.some((outcome) => outcome._tag === "Failure" && outcome.failure._tag === "LastSuperAdmin")
        )

        const last = left[0]!.id
        for (const removal of [
          held.revoke(manage, last, superAdmin),
          users.lock(manage, last),
          users.deactivate(manage, last),
          users.delete(manage, last),
          held.assign(manage, last, superAdmin, soon)
        ])
          assert.strictEqual((yield* Effect.flip(Effect.asVoid(removal)))._tag, "LastSuperAdmin")

        yield* person({ roles: roles("super_admin") })
        yield* held.revoke(manage, last, superAdmin)
      })
    )
  })
