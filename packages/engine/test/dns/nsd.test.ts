import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { daemon, freePort, installed } from "../http/support/daemon.ts"
import { names, stage } from "./asking.ts"

const nsd = installed("nsd")
const many = Array.from({ length: 300 }, (_, i) => `many A 10.1.${i >> 8}.${i & 255}`)
const zone = `
$ORIGIN zone.test.
$TTL 120
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
four A 192.0.2.4
both A 192.0.2.4
both AAAA 2001:db8::4
six AAAA 2001:db8:0:0:1::6
mail MX 10 four
one CNAME two
two CNAME three
three CNAME both
away CNAME host.elsewhere.test.
dangling CNAME nowhere
*.wild A 192.0.2.99
own.wild A 192.0.2.5
sub NS ns.sub
ns.sub A 127.0.0.1
${many.join("\n")}
`

/** Where it answers, while the scope lasts. */
const server = Effect.gen(function* () {
  const port = yield* freePort
  const settings = (folder: string) => `
server:
  ip-address: 127.0.0.1@${port}
  server-count: 1
  username: ""
  zonesdir: "${folder}"
  database: ""
  pidfile: "${folder}/nsd.pid"
  xfrdfile: "${folder}/xfrd.state"
  zonelistfile: "${folder}/zone.list"
  rrl-ratelimit: 0
remote-control:
  control-enable: no
zone:
  name: "zone.test"
  zonefile: "zone"
`
  yield* daemon({
    program: nsd!, // where it is missing, nobody asks
    files: (folder) => ({ "nsd.conf": settings(folder), zone }),
    args: (folder) => ["-d", "-c", join(folder, "nsd.conf")],
    port
  })
  return `127.0.0.1:${port}`
})

/** The verdicts of `transport` on these names, wildcards looked for. */
const verdicts = (transport: "" | "tcp://", ...texts: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const resolver = yield* server
    const { ask } = yield* stage([transport + resolver], {}, { wildcard: true })
    const answers = yield* ask(names(...texts))
    return Object.fromEntries(texts.map((text, i) => [text, answers[i]!]))
  })

describe.skipIf(nsd === null)("nsd, a real server (install it to run these)", () => {
  it.live.each([
    ["by UDP", ""],
    ["by TCP", "tcp://"]
  ] as const)("%s is understood", ([, transport]) =>
    Effect.gen(function* () {
      const of = yield* verdicts(
        transport,
        ...[
          "four",
          "both",
          "six",
          "mail",
          "one",
          "away",
          "dangling",
          "any.wild",
          "own.wild",
          "none",
          "x.sub",
          "many"
        ].map((label) => `${label}.zone.test`),
        "other.example"
      )
      const summary = Object.entries(of).map(([name, { records, status }]) => [
        name.replace(".zone.test", ""),
        status,
        records?.ips.slice(0, 2),
        records?.cname,
        records?.reason
      ])
      assert.deepStrictEqual(summary, [
        ["four", "Resolved", ["192.0.2.4"], [], undefined],
        ["both", "Resolved", ["192.0.2.4", "2001:db8::4"], [], undefined],
        ["six", "Resolved", ["2001:db8::1:0:0:6"], [], undefined],
        ["mail", "Unresolved", [], [], "NODATA"],
        [
          "one",
          "Resolved",
          ["192.0.2.4", "2001:db8::4"],
          ["two", "three", "both"].map((l) => `${l}.zone.test`),
          undefined
        ],
        // It leads to a zone that this server does not have and does not ask for: who knows.
        ["away", "Error", [], ["host.elsewhere.test"], "REFUSED"],
        ["dangling", "Unresolved", [], ["nowhere.zone.test"], undefined],
        ["any.wild", "Resolved", ["192.0.2.99"], [], undefined],
        ["own.wild", "Resolved", ["192.0.2.5"], [], undefined],
        ["none", "Unresolved", [], [], undefined],
        ["x.sub", "Error", [], [], "Lame"],
        ["many", "Resolved", of["many.zone.test"]?.records?.ips.slice(0, 2), [], undefined],
        ["other.example", "Error", [], [], "REFUSED"]
      ])
      assert.isTrue(of["any.wild.zone.test"]?.records?.wildcard)
      assert.isUndefined(of["own.wild.zone.test"]?.records?.wildcard)
      assert.strictEqual(of["many.zone.test"]?.records?.ips.length, 300)
      assert.strictEqual(of["four.zone.test"]?.records?.a[0]?.ttl, 120)
    })
  )

  it.live("keeps its place in twenty thousand questions", () =>
    Effect.gen(function* () {
      const resolver = yield* server
      const { ask } = yield* stage([resolver], { queryTimeoutSeconds: 1 }, { retryAttempts: 3 })
      const asked = names(
        ...Array.from({ length: 10_000 }, (_, i) => (i % 2 ? `n${i}.zone.test` : `w${i}.wild.zone.test`))
      )
      const answers = yield* ask(asked)
      for (const [i, { status }] of answers.entries()) assert.strictEqual(status, i % 2 ? "Unresolved" : "Resolved")
    })
  )
})
