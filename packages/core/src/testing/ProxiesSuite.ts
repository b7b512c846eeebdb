import { assert, it } from "@effect/vitest"
import { Effect, type Layer, Option, Redacted, Result } from "effect"
import { type NewProxy, Proxies } from "../proxy/Proxies.ts"
import { ProxyId } from "../proxy/ProxyId.ts"
import type { Stores } from "../Stores.ts"
import * as Scene from "./Scene.ts"

const missing = ProxyId.make("00000000-0000-4000-8000-00000000dead")
const password = "correct horse battery staple"

const proxy = (fields: Partial<NewProxy> = {}): NewProxy => ({
  name: Scene.word(),
  address: `${Scene.word()}.example:3128`,
  protocol: "http",
  ...fields
})

const secret = (id: ProxyId) => Proxies.use((proxies) => Effect.map(proxies.secret(id), Option.map(Redacted.value)))

/** What every `Proxies` promises. Each layer runs it. */
export const suite = <E>(name: string, layer: Layer.Layer<Stores, E>) =>
  it.layer(layer, { timeout: "60 seconds" })(`Proxies (${name})`, (it) => {
    it.effect("a new proxy is enabled and healthy until somebody looks, its address taken apart", () =>
      Effect.gen(function* () {
        const proxies = yield* Proxies
        const given = proxy({ address: "[2001:DB8::7]:1080", protocol: "socks5", username: "ada", countryCode: "SE" })

        const made = yield* proxies.create(given)

        assert.deepInclude(made, {
          name: given.name,
          address: "[2001:db8::7]:1080",
          host: "2001:db8::7",
          port: 1080,
          protocol: "socks5",
          username: "ada",
          countryCode: "SE",
          isEnabled: true,
          isHealthy: true,
          lastStatus: null,
          lastCheckedAt: null,
          latencyMs: null
        })
        assert.deepStrictEqual(yield* proxies.get(made.id), made)
        assert.isTrue(Option.isNone(yield* secret(made.id)))
      })
    )

    it.effect("an address is host and port, and nothing else", () =>
      Effect.gen(function* () {
        const proxies = yield* Proxies
        const bad = [
          "",
          "proxy.example",
          "proxy.example:",
          "proxy.example:0",
          "proxy.example:65536",
          ":3128",
          "http://proxy.example:3128",
          "ada:secret@proxy.example:3128",
          "proxy.example:3128/path",
          "2001:db8::7:1080",
          "[2001:db8::7]",
          "[not-v6]:1080",
          "[:::::]:1080",
          "proxy example:3128",
          "proxy.example:3128\n"
        ]
        for (const address of bad) {
          const error = yield* Effect.flip(proxies.create(proxy({ address })))
          assert.deepInclude(error, { _tag: "InvalidProxy", path: "address" }, address)
          assert.notInclude(error.message, "secret")
        }
        assert.deepInclude(yield* Effect.flip(proxies.create(proxy({ name: "" }))), { path: "name" })
        const gopher = yield* Effect.flip(proxies.create(proxy({ protocol: "gopher" as never })))
        assert.deepInclude(gopher, { _tag: "InvalidProxy", path: "protocol" })
      })
    )

    it.effect("names and addresses are unique, in whatever case an address is written", () =>
      Effect.gen(function* () {
        const proxies = yield* Proxies
        const one = yield* proxies.create(proxy())
        const two = yield* proxies.create(proxy())

        const name = yield* Effect.flip(proxies.create(proxy({ name: one.name })))
        const address = yield* Effect.flip(proxies.create(proxy({ address: one.address.toUpperCase() })))
        const moved = yield* Effect.flip(proxies.update(two.id, { address: one.address }))

        assert.deepInclude(name, { _tag: "ProxyTaken", field: "name", value: one.name })
        assert.deepInclude(address, { _tag: "ProxyTaken", field: "address", value: one.address })
        assert.deepInclude(moved, { _tag: "ProxyTaken", field: "address", value: one.address })
        assert.deepStrictEqual(yield* proxies.get(two.id), two)
      })
    )

    it.effect("of many who take an address at once one has it", () =>
      Effect.gen(function* () {
        const proxies = yield* Proxies
        const { address } = proxy()

        const tries = yield* Effect.all(
          Array.from({ length: 10 }, () => Effect.result(proxies.create(proxy({ address })))),
          { concurrency: "unbounded" }
        )

        assert.strictEqual(tries.filter(Result.isSuccess).length, 1)
        for (const { failure } of tries.filter(Result.isFailure)) assert.strictEqual(failure._tag, "ProxyTaken")
      })
    )

    it.effect("the secret is given to who asks for it, and is nowhere else", () =>
      Effect.gen(function* () {
        const proxies = yield* Proxies
        const made = yield* proxies.create(proxy({ username: "ada", password: Redacted.make(password) }))
        yield* proxies.update(made.id, { password: Redacted.make(`${password}!`) })
        const taken = yield* Effect.flip(
          proxies.create({ ...proxy({ password: Redacted.make(password) }), name: made.name })
        )
        const invalid = yield* Effect.flip(proxies.update(made.id, { address: "", password: Redacted.make(password) }))
        const { items } = yield* proxies.page({ limit: 1_000 })

        assert.deepStrictEqual(yield* secret(made.id), Option.some(`${password}!`))
        const said = [made, yield* proxies.get(made.id), items, taken, invalid, yield* Scene.audited(made.id)]
        assert.notInclude(JSON.stringify(said), "battery")
        assert.notInclude(`${taken}${invalid}${taken.stack}${invalid.stack}`, "battery")
      })
    )

    it.effect("a change keeps the secret unless it says otherwise; null forgets it", () =>
      Effect.gen(function* () {
        const proxies = yield* Proxies
        const { id } = yield* proxies.create(proxy({ password: Redacted.make(password) }))

        yield* proxies.update(id, { city: "Uppsala" })
        assert.deepStrictEqual(yield* secret(id), Option.some(password))
        yield* proxies.update(id, { password: Redacted.make("") })
        assert.deepStrictEqual(yield* secret(id), Option.some(""))
        yield* proxies.update(id, { password: null })
        assert.isTrue(Option.isNone(yield* secret(id)))
      })
    )

    it.effect("a change touches what it names", () =>
      Effect.gen(function* () {
        const proxies = yield* Proxies
        const made = yield* proxies.create(proxy({ city: "Uppsala", username: "ada" }))
        const address = `${Scene.word()}.example:99`

        const changed = yield* proxies.update(made.id, { address, city: null, isEnabled: false })

        assert.deepStrictEqual(
          { ...changed, updatedAt: null },
          {
            ...made,
            address,
            host: address.replace(":99", ""),
            port: 99,
            city: null,
            isEnabled: false,
            updatedAt: null
          }
        )
        assert.deepStrictEqual(yield* proxies.get(made.id), changed)
      })
    )

    it.effect("what people change has its line in the audit trail; what probes report has none", () =>
      Effect.gen(function* () {
        const proxies = yield* Proxies
        const { address, id, name } = yield* proxies.create(proxy())
        yield* proxies.report(id, { isHealthy: true, lastStatus: "ok", latencyMs: 3 })
        yield* Effect.flip(proxies.update(id, { address: "" }))
        yield* proxies.update(id, {})
        yield* proxies.update(id, { username: "ada", password: Redacted.make(password) })
        yield* proxies.remove(id)

        assert.deepStrictEqual(
          (yield* Scene.audited(id)).map(({ action, details }) => [action, details]),
          [
            ["proxy.created", { name, address, protocol: "http" }],
            ["proxy.updated", { name, changed: ["username", "password"] }],
            ["proxy.deleted", { name, address }]
          ]
        )
      })
    )

    it.effect("a report says how the proxy is, and a latency that was not measured leaves the one that was", () =>
      Effect.gen(function* () {
        const proxies = yield* Proxies
        const { id } = yield* proxies.create(proxy())

        yield* proxies.report(id, { isHealthy: true, lastStatus: "ok", latencyMs: 12.6 })
        const well = yield* proxies.get(id)
        assert.deepInclude(well, { isHealthy: true, lastStatus: "ok", latencyMs: 13 })
        assert.isNotNull(well.lastCheckedAt)

        yield* proxies.report(id, { isHealthy: false, lastStatus: "connect refused", latencyMs: null })
        assert.deepInclude(yield* proxies.get(id), {
          isHealthy: false,
          lastStatus: "connect refused",
          latencyMs: 13,
          isEnabled: true
        })
        yield* proxies.report(missing, { isHealthy: true, lastStatus: "ok", latencyMs: 1 })
      })
    )

    it.effect("many are those that exist, in the order of the ids", () =>
      Effect.gen(function* () {
        const proxies = yield* Proxies
        const one = yield* proxies.create(proxy())
        const two = yield* proxies.create(proxy())

        assert.deepStrictEqual(yield* proxies.many([two.id, missing, one.id]), [two, one])
      })
    )

    it.effect("pages are in order of name", () =>
      Effect.gen(function* () {
        const proxies = yield* Proxies
        const prefix = Scene.word()
        for (const letter of ["c", "a", "b"]) yield* proxies.create(proxy({ name: `${prefix}${letter}` }))
        const seen: Array<string> = []
        let after: string | null = null
        do {
          const page: Effect.Success<ReturnType<typeof proxies.page>> = yield* proxies.page({ after, limit: 2 })
          seen.push(...page.items.map(({ name }) => name))
          after = page.next
        } while (after !== null)

        assert.deepStrictEqual(
          seen.filter((name) => name.startsWith(prefix)),
          [`${prefix}a`, `${prefix}b`, `${prefix}c`]
        )
        assert.strictEqual(new Set(seen).size, seen.length)
        assert.strictEqual((yield* Effect.flip(proxies.page({ after: "elsewhere" })))._tag, "InvalidCursor")
      })
    )

    it.effect("what does not exist is not found", () =>
      Effect.gen(function* () {
        const proxies = yield* Proxies
        const asked: ReadonlyArray<Effect.Effect<unknown, { readonly _tag: string }>> = [
          proxies.get(missing),
          proxies.update(missing, { isEnabled: false }),
          proxies.remove(missing),
          proxies.secret(missing)
        ]
        for (const ask of asked) assert.strictEqual((yield* Effect.flip(ask))._tag, "ProxyNotFound")
      })
    )
  })
