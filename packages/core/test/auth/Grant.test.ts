import { assert, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { Actor } from "../../src/audit/Actor.ts"
import { Grant } from "../../src/auth/Grant.ts"
import { guarded } from "../../src/auth/Guarded.ts"
import { type Permission, permissions } from "../../src/auth/Permission.ts"
import { Principal } from "../../src/auth/Principal.ts"
import { Reach } from "../../src/auth/Reach.ts"
import { rights, type SystemRole, systemRoles } from "../../src/auth/Role.ts"
import { SessionId } from "../../src/auth/Session.ts"
import { UserId } from "../../src/auth/UserId.ts"

const userId = UserId.make("018f3c1e-0000-7000-8000-00000000000a")
const holding = (...roles: ReadonlyArray<SystemRole>) =>
  new Principal({ userId, sessionId: SessionId.make("x"), roles, permissions: roles.flatMap((role) => rights[role]) })

it.effect("what is granted is what the role's rights say, and nothing else", () =>
  Effect.gen(function* () {
    for (const role of systemRoles)
      for (const permission of permissions) {
        const outcome = yield* Effect.result(holding(role).grant(permission))
        assert.strictEqual(outcome._tag === "Success", rights[role].includes(permission), `${role} ${permission}`)
        if (outcome._tag === "Failure") assert.deepInclude(outcome.failure, { _tag: "Forbidden", permission })
      }
  })
)

it.effect("a right reaches as far as the role it comes from", () =>
  Effect.gen(function* () {
    const reach = (principal: Principal, permission: Permission) =>
      Effect.map(principal.grant(permission), (grant) => grant.reach)

    assert.strictEqual(yield* reach(holding("user"), "campaigns:read"), userId)
    assert.isNull(yield* reach(holding("viewer"), "campaigns:read"))
    assert.isNull(yield* reach(holding("user", "viewer"), "campaigns:read"))
    assert.strictEqual(yield* reach(holding("user", "viewer"), "campaigns:execute"), userId)
    assert.isNull(yield* reach(holding("user", "admin"), "campaigns:execute"))
    const custom = new Principal({ userId, sessionId: SessionId.make("x"), roles: ["pilot"], permissions })
    assert.strictEqual(yield* reach(custom, "campaigns:delete"), userId)
  })
)

/** A small port, as the ones that keep campaigns are. */
const port = {
  start: (id: string) => Effect.map(Effect.all([Reach, Actor]), ([reach, actor]) => ({ id, reach, by: actor.userId })),
  watch: (id: string) => Stream.fromEffect(Effect.map(Reach, (reach) => ({ id, reach }))),
  count: Effect.map(Reach, (reach) => ({ reach }))
}
const needs = { start: "campaigns:execute", watch: "campaigns:read", count: "campaigns:read" } as const

it.effect("a guarded port acts within the reach and in the name of the grant", () =>
  Effect.gen(function* () {
    const campaigns = guarded(port, needs)
    const own = holding("user")
    const execute = yield* own.grant("campaigns:execute")
    const read = yield* own.grant("campaigns:read")

    assert.deepStrictEqual(yield* campaigns.start(execute, "a"), { id: "a", reach: userId, by: userId })
    assert.deepStrictEqual(yield* Stream.runCollect(campaigns.watch(read, "a")), [{ id: "a", reach: userId }])
    assert.deepStrictEqual(yield* campaigns.count(read), { reach: userId })
    const system = yield* campaigns.start(Grant.system("campaigns:execute"), "a")
    assert.deepStrictEqual(system, { id: "a", reach: null, by: null })
  })
)

it("an operation does not compile without its own right", () => {
  const campaigns = guarded(port, needs)
  const read = Grant.system("campaigns:read")
  const some: Grant<Permission> = read

  // Only the types are of interest: none of these effects is run.
  // @ts-expect-error: without a grant there is no starting
  campaigns.start("a")
  // @ts-expect-error: a right to read is none to execute
  campaigns.start(read, "a")
  // @ts-expect-error: some right, nobody knows which, is not this one
  campaigns.start(some, "a")
  // @ts-expect-error: a grant cannot be written down, only granted
  campaigns.start({ permission: "campaigns:execute", userId: null, reach: null }, "a")
  // @ts-expect-error: nobody but `grant` and `system` makes one
  new Grant("campaigns:execute", null, null)
  // @ts-expect-error: every operation of a port needs its line
  guarded(port, { start: "campaigns:execute", watch: "campaigns:read" })
  // @ts-expect-error: and the line names a right there is
  guarded(port, { ...needs, start: "campaigns:start" })
  campaigns.start(Grant.system("campaigns:execute"), "a")
})
