import { Proxies } from "@domainflow/core/proxy/Proxies"
import { assert, layer } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import * as Stores from "../support/Stores.ts"

const password = "correct horse battery staple"

layer(Stores.layer)("the secret of a proxy", (it) => {
  it.effect("is sealed in its row, and opens in no other", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const proxies = yield* Proxies
      const create = (name: string) =>
        proxies.create({ name, address: `${name}:1`, protocol: "http", password: Redacted.make(password) })
      const one = yield* create("one")
      const two = yield* create("two")

      const rows = yield* sql<{ passwordHash: string }>`select password_hash from proxies order by name`
      for (const { passwordHash } of rows) {
        assert.match(passwordHash, /^enc:v1:test:/)
        assert.notInclude(passwordHash, password)
      }
      assert.notStrictEqual(rows[0]!.passwordHash, rows[1]!.passwordHash)
      assert.deepStrictEqual(Option.map(yield* proxies.secret(one.id), Redacted.value), Option.some(password))

      yield* sql`update proxies set password_hash = ${rows[0]!.passwordHash} where id = ${two.id}`
      assert.strictEqual((yield* Effect.flip(proxies.secret(two.id)))._tag, "NoUsableSecret")
    })
  )

  it.effect("of an older installation is kept, told to be of no use, and not repeated", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const proxies = yield* Proxies
      const hash = "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW"
      const { id } = yield* proxies.create({ name: "elder", address: "elder:1", protocol: "http" })
      yield* sql`update proxies set password_hash = ${hash} where id = ${id}`

      const refused = yield* Effect.flip(proxies.secret(id))
      yield* proxies.update(id, { city: "Uppsala" })

      assert.strictEqual(refused._tag, "NoUsableSecret")
      assert.strictEqual(refused.message, `proxy ${id}: no usable secret: no envelope`)
      assert.notInclude(JSON.stringify(refused), hash)
      const [row] = yield* sql`select password_hash from proxies where id = ${id}`
      assert.deepStrictEqual(row, { passwordHash: hash })
    })
  )
})
