/** Accounts in a service: the first administrator, a colleague, and rights that are shown where they are used. */
import { randomBytes } from "node:crypto"
import { Auth, AuthLog, Courier, Desk, Email, RoleName, SecretBox, Users } from "@domainflow/core"
import { Accounts, Db } from "@domainflow/db"
import * as Embedded from "@domainflow/db/embedded"
import * as Re2 from "@domainflow/engine/keyword/Re2"
import { ConfigProvider, Console, Effect, Layer, Redacted, Stream } from "effect"

// A service has both in its environment, from its vault, and brings its mail as `Courier`.
const key = randomBytes(32).toString("base64")
const env = { DOMAINFLOW_PEPPERS: `2:${key}`, DOMAINFLOW_AUDIT_KEYS: `2026:${key}` }
const database = Layer.unwrap(Effect.map(Embedded.start({}), ({ url }) => Db.layerUrl(url)))
const domainflow = Layer.mergeAll(Accounts.layer(), Desk.layer).pipe(
  Layer.provideMerge(database),
  Layer.provide([
    Re2.layer,
    SecretBox.layerLocked,
    Courier.layerMemory,
    ConfigProvider.layerAdd(ConfigProvider.fromUnknown(env))
  ])
)

const program = Effect.gen(function* () {
  const [auth, { campaigns }, log, users] = [yield* Auth, yield* Desk, yield* AuthLog, yield* Users]
  const client = { ip: "192.0.2.10", userAgent: "Firefox/140" }
  const ada = { email: Email.make("ada@example.org"), firstName: "Ada", lastName: "King" }
  const grace = { email: Email.make("grace@example.org"), firstName: "Grace", lastName: "Hopper" }
  const [bottles, balloons] = [Redacted.make("nine green bottles"), Redacted.make("seven red balloons rise")]

  // Once for an installation. Then a request begins with a token, and with who that is now.
  yield* auth.bootstrap({ ...ada, password: bottles }, client)
  const { token } = yield* auth.login({ email: ada.email, password: bottles, client })
  const manage = yield* (yield* auth.validate(token, client)).grant("users:manage")
  const password = yield* auth.preparePassword(balloons, grace)
  yield* users.create(manage, { ...grace, password, roles: [RoleName.make("user")] })

  const theirs = yield* auth.login({ email: grace.email, password: balloons, client })
  const asking = yield* auth.validate(theirs.token, client)
  // An operation takes the right as a value: without it, this line does not compile. It reaches as far as the right does.
  const { items } = yield* campaigns.page(yield* asking.grant("campaigns:read"), {})
  yield* Console.log(`Grace has ${items.length} campaigns, and sees no others`)
  yield* Console.log(`to delete one, ${(yield* Effect.flip(asking.grant("campaigns:delete"))).message}`)

  yield* users.lock(manage, asking.userId)
  yield* Console.log((yield* Effect.flip(auth.validate(theirs.token, client))).message)
  const lines = yield* Stream.runCollect(log.stream({ userId: asking.userId }))
  yield* Console.log(lines.map(({ eventType }) => eventType).join(", "))
  yield* Console.log(`${(yield* log.verify()).findings.length} lines of the log are not what was written`)
})

await Effect.runPromise(program.pipe(Effect.provide(domainflow), Effect.scoped))

// Prints:
// Grace has 0 campaigns, and sees no others
// to delete one, this needs the right campaigns:delete
// not logged in
// user_created, login, account_locked, session_revoked
// 0 lines of the log are not what was written
