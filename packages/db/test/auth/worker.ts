import { AuditLog } from "@domainflow/core/audit/AuditLog"
import { AuditKeys } from "@domainflow/core/audit/Chain"
import { Auth } from "@domainflow/core/auth/Auth"
import { AuthLog } from "@domainflow/core/auth/AuthLog"
import { Courier } from "@domainflow/core/auth/Courier"
import { Credentials } from "@domainflow/core/auth/Credentials"
import { Grant } from "@domainflow/core/auth/Grant"
import { proven } from "@domainflow/core/auth/Password"
import { PasswordHasher } from "@domainflow/core/auth/PasswordHasher"
import { RateLimits } from "@domainflow/core/auth/RateLimits"
import { RoleName } from "@domainflow/core/auth/Role"
import { Roles } from "@domainflow/core/auth/Roles"
import { Email } from "@domainflow/core/auth/User"
import { UserId } from "@domainflow/core/auth/UserId"
import { Users } from "@domainflow/core/auth/Users"
import * as KeyRing from "@domainflow/core/KeyRing"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, ManagedRuntime, Redacted, String } from "effect"
import * as Accounts from "../../src/auth/Accounts.ts"
import * as Pg from "../../src/Pg.ts"

/** A process of its own on the database of a test: does what its parent asks, as often at once as it asks. */

const url = Redacted.make(process.env["WORKER_DATABASE_URL"] ?? "")
const client = { ip: "192.0.2.10", userAgent: "Firefox/140", screenResolution: "1920x1080" }
const manage = Grant.system("users:manage")
const superAdmin = RoleName.make("super_admin")

/** Every process has the same keys, as those of one service do. */
const auditKeys = KeyRing.make([{ id: "k1", bytes: Redacted.make(new Uint8Array(32).fill(1)) }])

/** A host's own client, which knows nothing of UTC. */
const foreign = PgClient.layer({
  url,
  maxConnections: 4,
  transformQueryNames: String.camelToSnake,
  transformResultNames: String.snakeToCamel,
  transformJson: false
})

const layer = Auth.layer().pipe(
  Layer.provideMerge(Layer.mergeAll(Accounts.ports, PasswordHasher.layerMemory, Courier.layerMemory)),
  Layer.provide(Layer.succeed(AuditKeys, auditKeys)),
  Layer.provide(process.env["WORKER_CLIENT"] === "foreign" ? foreign : Pg.layer(url))
)
const runtime = ManagedRuntime.make(layer)

/** What a worker can be asked, each with one string. */
const tasks = {
  take: Effect.fnUntraced(function* (bucket: string) {
    return (yield* (yield* RateLimits).take("login", [bucket])).passed
  }),
  requestReset: Effect.fnUntraced(function* (email: string) {
    yield* (yield* Auth).requestReset(email, { ...client, ip: null })
    return true
  }),
  login: Effect.fnUntraced(function* (email: string) {
    const { token } = yield* (yield* Auth).login({ email, password: Redacted.make("nine green bottles"), client })
    return Redacted.value(token)
  }),
  guess: Effect.fnUntraced(function* (email: string) {
    yield* (yield* Auth).login({
      email,
      password: Redacted.make("something else entirely"),
      client: { ...client, ip: null }
    })
    return true
  }),
  append: Effect.fnUntraced(function* (entityId: string) {
    const event = { eventType: "login", eventStatus: "failure", userId: null, client } as const
    yield* Effect.all(
      [(yield* AuditLog).append({ action: "campaign.updated", entityId }), (yield* AuthLog).append(event)],
      { concurrency: "unbounded" }
    )
    return true
  }),
  validate: Effect.fnUntraced(function* (token: string) {
    const principal = yield* (yield* Auth).validate(Redacted.make(token), client)
    return [...principal.permissions]
  }),
  resetPassword: Effect.fnUntraced(function* (token: string) {
    yield* (yield* Auth).resetPassword(Redacted.make(token), Redacted.make("seven red balloons"), client)
    return true
  }),
  bootstrap: Effect.fnUntraced(function* (email: string) {
    const password = yield* (yield* PasswordHasher).hash(proven(Redacted.make("nine green bottles")))
    const first = { email: Email.make(email), password, firstName: "Ada", lastName: "King" }
    return (yield* (yield* Credentials).bootstrap(first, { ...client })) !== null
  }),
  removeSuperAdmin: Effect.fnUntraced(function* (id: string) {
    const [roles, users] = [yield* Roles, yield* Users]
    const userId = UserId.make(id)
    const removals = [
      roles.revoke(manage, userId, superAdmin),
      users.lock(manage, userId),
      users.deactivate(manage, userId)
    ]
    yield* Effect.asVoid(removals[Math.floor(Math.random() * removals.length)]!)
    return true
  })
}
export type Task = keyof typeof tasks
export interface Order {
  readonly task: Task
  /** One call for each, all at once. */
  readonly inputs: ReadonlyArray<string>
}

process.on("message", ({ inputs, task }: Order) => {
  const perform: (input: string) => Effect.Effect<unknown, { readonly _tag: string }, Layer.Success<typeof layer>> =
    tasks[task]
  const answers = Effect.forEach(
    inputs,
    (input) => Effect.match(perform(input), { onSuccess: (answer) => answer, onFailure: ({ _tag }) => _tag }),
    { concurrency: "unbounded" }
  )
  runtime.runPromise(answers).then(
    (sent) => process.send?.(sent),
    (cause) => process.send?.([`${cause}`])
  )
})
await runtime.runPromise(Effect.void)
process.send?.("ready")
