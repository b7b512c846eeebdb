import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { parse } from "../src/dns/Resolver.ts"

describe("Resolver", () => {
  it.each([
    ["192.0.2.1", { transport: "udp", host: "192.0.2.1", port: 53 }],
    ["192.0.2.1:5353", { transport: "udp", host: "192.0.2.1", port: 5353 }],
    ["dns.example.net", { transport: "udp", host: "dns.example.net", port: 53 }],
    ["[2001:db8::1]:5353", { transport: "udp", host: "2001:db8::1", port: 5353 }],
    ["[2001:db8::1]", { transport: "udp", host: "2001:db8::1", port: 53 }],
    ["2001:db8::1", { transport: "udp", host: "2001:db8::1", port: 53 }],
    ["fe80::1%eth0", { transport: "udp", host: "fe80::1%eth0", port: 53 }],
    ["tcp://192.0.2.1", { transport: "tcp", host: "192.0.2.1", port: 53 }],
    ["tls://192.0.2.1", { transport: "tls", host: "192.0.2.1", port: 853 }],
    ["TLS://dns.example.net:8853", { transport: "tls", host: "dns.example.net", port: 8853 }],
    ["tls://[2001:db8::1]:8853", { transport: "tls", host: "2001:db8::1", port: 8853 }],
    ["https://dns.example.net/dns-query", { transport: "https", url: "https://dns.example.net/dns-query" }],
    ["https://dns.example.net/dns-query{?dns}", { transport: "https", url: "https://dns.example.net/dns-query" }],
    ["https://[2001:db8::1]:8443/q", { transport: "https", url: "https://[2001:db8::1]:8443/q" }]
  ])("reads %s", (spelling, address) => {
    assert.deepStrictEqual(parse(spelling), address)
  })

  it.each([
    "",
    " ",
    "192.0.2.256",
    "192.0.2",
    "192.0.2.1:0",
    "192.0.2.1:65536",
    "192.0.2.1:",
    "[192.0.2.1]:53",
    "[2001:db8::1",
    "2001:db8::1::2",
    "[]:53",
    "a b",
    "-x.example",
    "http://dns.example.net/dns-query",
    "https://",
    "https://user:secret@dns.example.net/",
    "quic://192.0.2.1",
    "tls://"
  ])("refuses %o", (spelling) => {
    assert.isUndefined(parse(spelling))
  })

  it("is total", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => parse(text) === undefined || parse(text) !== null))
  })

  it("reads back what it is spelled from", () => {
    fc.assert(
      fc.property(fc.ipV6(), fc.integer({ min: 1, max: 65_535 }), (host, port) => {
        assert.deepStrictEqual(parse(`[${host}]:${port}`), { transport: "udp", host, port })
        assert.deepStrictEqual(parse(host), { transport: "udp", host, port: 53 })
      })
    )
  })
})
