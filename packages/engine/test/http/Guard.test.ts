import { BlockList, isIPv6 } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import * as Guard from "../../src/http/Guard.ts"

const refused: ReadonlyArray<readonly [string, string]> = [
  ["0.0.0.0", "unspecified"],
  ["0.1.2.3", "unspecified"],
  ["127.0.0.1", "loopback"],
  ["127.255.255.254", "loopback"],
  ["10.0.0.1", "private"],
  ["172.16.0.1", "private"],
  ["172.31.255.255", "private"],
  ["192.168.1.1", "private"],
  ["169.254.1.1", "link-local"],
  ["169.254.169.254", "cloud metadata"],
  ["100.100.100.200", "cloud metadata"],
  ["168.63.129.16", "cloud metadata"],
  ["100.64.0.1", "carrier-grade NAT"],
  ["100.127.255.255", "carrier-grade NAT"],
  ["224.0.0.1", "multicast"],
  ["239.255.255.255", "multicast"],
  ["192.0.2.1", "documentation"],
  ["198.51.100.1", "documentation"],
  ["203.0.113.1", "documentation"],
  ["198.18.0.1", "benchmarking"],
  ["198.19.255.255", "benchmarking"],
  ["192.0.0.8", "protocol assignments"],
  ["192.88.99.1", "6to4"],
  ["240.0.0.1", "reserved"],
  ["255.255.255.255", "broadcast"],
  ["::", "unspecified"],
  ["::1", "loopback"],
  ["0:0:0:0:0:0:0:1", "loopback"],
  ["::ffff:8.8.8.8", "IPv4-mapped"],
  ["::ffff:7f00:1", "IPv4-mapped"],
  ["::127.0.0.1", "IPv4-compatible"],
  ["64:ff9b::10.0.0.1", "NAT64-mapped"],
  ["64:ff9b::808:808", "NAT64-mapped"],
  ["64:ff9b:1::1", "NAT64-mapped"],
  ["2002:7f00:1::", "6to4"],
  ["2001:0:4136:e378:8000:63bf:3fff:fdd2", "Teredo"],
  ["2001:2::1", "benchmarking"],
  ["2001:20::1", "protocol assignments"],
  ["2001:db8::1", "documentation"],
  ["3fff::1", "documentation"],
  ["100::1", "discarded"],
  ["fc00::1", "unique local"],
  ["fd12:3456::1", "unique local"],
  ["fd00:ec2::254", "cloud metadata"],
  ["fe80::1", "link-local"],
  ["fe80::1%eth0", "link-local"],
  ["fec0::1", "site-local"],
  ["ff02::1", "multicast"],
  ["5f00::1", "reserved"],
  ["9000::1", "reserved"]
]

const global = ["1.1.1.1", "8.8.8.8", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1"]

describe("Guard", () => {
  it("refuses what is not global and says what it is", () => {
    for (const [address, name] of refused)
      assert.strictEqual(Guard.strict.refusal(address), `address ${address} is ${name}`)
  })

  it("lets the public internet through", () => {
    for (const address of global) assert.isNull(Guard.strict.refusal(address), address)
  })

  it("refuses what is no address", () => {
    for (const text of ["", "localhost", "127.1", "0x7f.0.0.1", "1.2.3.4.5", "[::1]", ":::", "1::2::3", "%eth0"])
      assert.strictEqual(Guard.strict.refusal(text), `${text} is no address`)
  })

  it("allows ranges by name and blocks by number, and nothing besides", () => {
    const guard = Guard.make({ allow: ["loopback", "10.1.0.0/16", "fd00::/8"] })
    for (const address of ["127.0.0.1", "127.83.0.2", "::1", "10.1.2.3", "fd00::1", "1.1.1.1"])
      assert.isNull(guard.refusal(address), address)
    for (const address of ["10.2.0.1", "fc00::1", "::ffff:127.0.0.1", "169.254.169.254", "0.0.0.0"])
      assert.isNotNull(guard.refusal(address), address)
  })

  it("link-local does not mean a machine's credentials", () => {
    const guard = Guard.make({ allow: ["link-local"] })
    assert.isNull(guard.refusal("169.254.1.1"))
    assert.isNotNull(guard.refusal("169.254.169.254"))
  })

  it("does not start with a rule it cannot read", () => {
    for (const entry of ["10.0.0.0/33", "10.0.0/8", "::/129", "fd00::/", "/8"] as const)
      assert.throws(() => Guard.make({ allow: [entry as `${string}/${number}`] }))
    assert.throws(() => Guard.make({ allow: ["lookback" as "loopback"] }), /no address range/)
  })

  it("agrees with node's BlockList about any address of version 4, and of version 6 in any spelling", () => {
    const list = new BlockList()
    for (const [network, bits] of [
      ["0.0.0.0", 8],
      ["10.0.0.0", 8],
      ["100.64.0.0", 10],
      ["127.0.0.0", 8],
      ["169.254.0.0", 16],
      ["172.16.0.0", 12],
      ["192.0.0.0", 24],
      ["192.0.2.0", 24],
      ["192.88.99.0", 24],
      ["192.168.0.0", 16],
      ["198.18.0.0", 15],
      ["198.51.100.0", 24],
      ["203.0.113.0", 24],
      ["224.0.0.0", 3],
      ["168.63.129.16", 32]
    ] as const)
      list.addSubnet(network, bits)
    const six = new BlockList()
    for (const [network, bits] of [
      ["::", 3],
      ["4000::", 2],
      ["8000::", 1],
      ["2001::", 23],
      ["2001:db8::", 32],
      ["2002::", 16],
      ["3fff::", 20]
    ] as const)
      six.addSubnet(network, bits, "ipv6")
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
        const expected = isIPv6(address) ? six.check(address, "ipv6") : list.check(address)
        assert.strictEqual(Guard.strict.refusal(address) !== null, expected, address)
      }),
      { numRuns: 2_000 }
    )
  })
})
