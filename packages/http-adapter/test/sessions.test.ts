import { Auth } from "@domainflow/core/auth/Auth"
import { Roles } from "@domainflow/core/auth/Roles"
import { Users } from "@domainflow/core/auth/Users"
import { StoreError } from "@domainflow/core/StoreError"
import * as authFixture from "@domainflow/core/testing/authFixture"
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { type Browser, layer, open, password } from "./support/world.ts"

/** A world whose `Auth` does some of its work otherwise. */
const altered = (alter: (auth: Auth["Service"], users: Users["Service"]) => Partial<Auth["Service"]>) =>
  open(
    {},
    Layer.effect(
      Auth,
      Effect.gen(function* () {
        const auth = yield* Auth
        return { ...auth, ...alter(auth, yield* Users) }
      })
    ).pipe(Layer.provideMerge(layer))
  )

const session = "__Host-domainflow-session"
const login = (who: Browser) => who.ask("POST", "/auth/login", { email: who.email, password })

it("refreshes a session that is due for it, once, and one that two pages refresh at once", async () => {
  const world = await open()
  const someone = await world.person("user")
  const { id } = (await login(someone)).body.user
  const first = someone.cookies.get(session)
  await world.run(
    Effect.flatMap(Roles, (roles) => roles.assign(authFixture.manage, id, authFixture.roles("viewer")[0]!))
  )
  const due = await someone.ask("POST", "/me/refresh")
  assert.deepStrictEqual([due.status, due.body.roles], [200, ["user", "viewer"]])
  assert.lengthOf(due.headers.getSetCookie(), 1)
  assert.notStrictEqual(someone.cookies.get(session), first)

  const cookie = `${session}=${someone.cookies.get(session)}`
  const both = await Promise.all([1, 2].map(() => someone.ask("POST", "/me/refresh", undefined, { cookie })))
  assert.deepStrictEqual(
    both.map(({ status }) => status),
    [200, 200]
  )
  assert.lengthOf(
    both.flatMap(({ headers }) => headers.getSetCookie()),
    1,
    "one of them brings the new token"
  )
  assert.strictEqual((await someone.ask("GET", "/me")).status, 200)
  await world.close()
})

it("tells an outage during a login as one", async () => {
  const cause = new Error("away")
  const world = await altered(() => ({
    validate: () => Effect.fail(new StoreError({ operation: "Sessions.validate", retryable: true, cause }))
  }))
  const { body, status } = await login(await world.person("user"))
  assert.deepStrictEqual([status, body.code], [503, "store_error"])
  await world.close()
})

it("keeps out whoever is locked while they log in", async () => {
  const world = await altered((auth, users) => ({
    login: (given) => Effect.tap(auth.login(given), ({ user }) => Effect.orDie(users.lock(authFixture.manage, user.id)))
  }))
  const { body, headers, status } = await login(await world.person("user"))
  assert.deepStrictEqual([status, body.code], [401, "invalid_credentials"])
  assert.deepStrictEqual(headers.getSetCookie(), [])
  await world.close()
})
