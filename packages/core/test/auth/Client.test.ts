import { assert, it } from "@effect/vitest"
import * as Client from "../../src/auth/Client.ts"

it("an address has one spelling", () => {
  const ip = (given: string) => Client.parse({ ip: given }).ip
  assert.strictEqual(ip("192.0.2.1"), "192.0.2.1")
  assert.strictEqual(ip("::ffff:192.0.2.1"), "192.0.2.1")
  assert.strictEqual(ip("2001:DB8:0:0:0:0:0:1"), "2001:db8::1")
  assert.strictEqual(ip("fe80::1%eth0"), "fe80::1")
  for (const nothing of [
    "",
    "localhost",
    "192.0.2.256",
    "192.0.2.1.",
    "192.0.2.1.5",
    "1.2.3.4, 5.6.7.8",
    "10.0.0.0/8",
    "'; drop table"
  ])
    assert.isNull(ip(nothing), nothing)
})

it("what a client sends fits where it is kept", () => {
  const { screenResolution, userAgent } = Client.parse({
    userAgent: `Mozilla\0/5.0 \ud800 ${"x".repeat(5_000)}`,
    screenResolution: "9".repeat(50)
  })
  assert.strictEqual(userAgent?.length, 1_024)
  assert.isTrue(userAgent?.startsWith("Mozilla/5.0 \ufffd x"))
  assert.strictEqual(screenResolution, "9".repeat(20))
  assert.deepStrictEqual(Client.parse({}), Client.unknown)
})

it("addresses are counted one by one, except that a /64 is one", () => {
  assert.strictEqual(Client.bucket("2001:db8:1:2:3:4:5:6"), Client.bucket("2001:db8:1:2:ffff::1"))
  assert.notStrictEqual(Client.bucket("2001:db8:1:2::1"), Client.bucket("2001:db8:1:3::1"))
  assert.notStrictEqual(Client.bucket("192.0.2.1"), Client.bucket("192.0.2.2"))
  assert.strictEqual(Client.bucket("::ffff:192.0.2.1"), "ip:192.0.2.1")
})
