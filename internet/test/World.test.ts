import { describe, expect, it } from "vitest"
import { die, draw, seed } from "../src/Dice.ts"
import { type DnsKind, dnsKinds, resolves } from "../src/dns/DnsKind.ts"
import { block, single } from "../src/Network.ts"
import * as World from "../src/World.ts"
import { siteKinds } from "../src/web/SiteKind.ts"
import { names } from "./names.ts"

const world = World.make()
const all = names(20_000)
const rules = ["for sale", "buy now", "login", "password", "crypto"].map((pattern) => ({
  pattern,
  ruleType: "string" as const
}))

const tally = <A extends string>(items: ReadonlyArray<A>) =>
  items.reduce((counts, item) => counts.set(item, (counts.get(item) ?? 0) + 1), new Map<A, number>())

/** Five standard deviations of a count of `expected`, and room for the smallest. */
const bound = (expected: number) => 5 * Math.sqrt(expected) + 5

describe("World", { timeout: 60_000 }, () => {
  it("gives every kind its share of the quickstart's names", () => {
    const kinds = tally(all.map((name) => world.truth(name).host.kind))
    for (const [kind, share] of Object.entries(dnsKinds)) {
      const expected = (share / 10_000) * all.length
      expect(Math.abs((kinds.get(kind as DnsKind) ?? 0) - expected), kind).toBeLessThan(bound(expected))
    }
  })

  it("gives every kind of site its share of the names that resolve", () => {
    const sites = all.flatMap((name) => world.truth(name).site?.kind ?? [])
    const kinds = tally(sites)
    for (const [kind, share] of Object.entries(siteKinds)) {
      const expected = (share / 10_000) * sites.length
      const found = kinds.get(kind as keyof typeof siteKinds) ?? 0
      expect(Math.abs(found - expected), kind).toBeLessThan(bound(expected))
      expect(found, kind).toBeGreaterThan(0)
    }
  })

  it("shows every verdict within the quickstart's names, and few that cost a timeout", () => {
    const dns = tally(all.map((name) => world.expectedDns(name).status))
    const http = tally(
      all
        .filter((name) => world.expectedDns(name).status === "Resolved")
        .map((name) => world.expectedHttp(name, rules).status)
    )
    expect([...dns.keys()].sort()).toEqual(["Error", "Resolved", "Unresolved"])
    expect([...http.keys()].sort()).toEqual([
      "AccessDenied",
      "ContentMismatch",
      "DNSError",
      "Error",
      "KeywordsNotFound",
      "Success",
      "Timeout",
      "Unreachable"
    ])
    expect(http.get("Timeout")).toBeLessThan(30)
    expect(http.get("Success")! / dns.get("Resolved")!).toBeGreaterThan(0.3)
    expect(http.get("KeywordsNotFound")! / dns.get("Resolved")!).toBeGreaterThan(0.1)
  })

  it("resolves exactly the kinds that say so", () => {
    for (const name of all.slice(0, 5_000)) {
      const { kind } = world.truth(name).host
      expect(world.expectedDns(name).status === "Resolved", `${name} ${kind}`).toBe(resolves[kind as DnsKind])
    }
  })

  it("has no memory: a second world tells the same of each name, asked in any order", () => {
    const again = World.make()
    for (const name of all.slice(0, 2_000).reverse()) {
      expect(again.expectedDns(name)).toEqual(world.expectedDns(name))
      expect(again.expectedHttp(name, rules)).toEqual(world.expectedHttp(name, rules))
    }
  })

  it("comes to the same verdicts where all parts share one address", () => {
    const crowded = World.make(single)
    for (const name of all.slice(0, 3_000)) {
      expect(crowded.expectedDns(name).status).toBe(world.expectedDns(name).status)
      expect(crowded.expectedHttp(name, rules).status).toBe(world.expectedHttp(name, rules).status)
    }
  })

  it("comes to the same verdict whichever port is tried first", () => {
    for (const name of all.slice(0, 3_000))
      expect(world.expectedHttp(name, rules, { ports: [8080, 8443] })).toMatchObject({
        status: world.expectedHttp(name, rules).status,
        statusCode: world.expectedHttp(name, rules).statusCode
      })
  })

  it("answers for every name of a wildcard zone, and says which were never registered", () => {
    const wild = names(2_000, "ws").map((name) => world.expectedDns(name))
    expect(wild.filter(({ rcode }) => rcode === "NXDOMAIN").length).toBeLessThan(50) // aliases into other zones
    expect(wild.filter(({ wildcard }) => wildcard).length).toBeGreaterThan(1_000)
    expect(world.expectedDns("3f9c2b7e5d1a48c6.ws")).toMatchObject({ status: "Resolved", wildcard: true })
    expect(world.expectedDns("3f9c2b7e5d1a48c6.com").status).toBe("Unresolved")
  })

  it("writes hundreds of different pages", () => {
    const pages = all.slice(0, 10_000).map((name) => world.expectedHttp(name, []))
    const titles = new Set(pages.flatMap(({ title }) => title ?? []))
    const texts = new Set(pages.flatMap(({ text }) => text ?? []))
    expect(titles.size).toBeGreaterThan(1_000)
    expect(texts.size).toBeGreaterThan(1_000)
  })

  it("has no name without IPv6 where there is none", () => {
    const old = World.make({ ...block(83), ipv6: null })
    for (const name of all.slice(0, 2_000)) expect(old.expectedDns(name).aaaa).toEqual([])
  })
})

describe("Dice", () => {
  it("refuses shares that do not make a whole", () => {
    expect(() => die({ a: 5_000, b: 4_000 }, 1)).toThrow("9000")
  })

  it("draws the same twice, and no element of `some` twice", () => {
    const turns = (name: string) => {
      const dice = draw(seed(name), 1)
      return Array.from({ length: 20 }, () => dice.int(1_000))
    }
    expect(turns("acme.com")).toEqual(turns("acme.com"))
    expect(turns("acme.com")).not.toEqual(turns("acmf.com"))
    expect(new Set(draw(1, 1).some([1, 2, 3, 4, 5], 5)).size).toBe(5)
  })
})
