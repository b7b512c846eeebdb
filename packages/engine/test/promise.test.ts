import dns from "node:dns"
import { once } from "node:events"
import { Effect, Exit, Scope } from "effect"
import { assert, describe, it, onTestFinished } from "vitest"
import * as Guard from "../src/http/Guard.ts"
import { findings, type Options, pages, resolved } from "../src/promise.ts"
import * as Peer from "./dns/Peer.ts"

/** A resolver that gives every name an address, for as long as the test lasts. */
const peer = async () => {
  const scope = Scope.makeUnsafe()
  onTestFinished(() => Effect.runPromise(Scope.close(scope, Exit.void)))
  return Effect.runPromise(
    Peer.make((asked) => Peer.answer(asked, asked.type === "A" ? [Peer.a(asked.name, "192.0.2.1")] : [])).pipe(
      Scope.provide(scope)
    )
  )
}

const namesOf = async (options: Options) => {
  const names: Array<string> = []
  for await (const { name } of resolved(options)) names.push(name)
  return names
}

/** What an iteration ends with. */
const failure = async (some: AsyncIterable<unknown>): Promise<unknown> => {
  try {
    for await (const _ of some);
  } catch (error) {
    return error
  }
  return undefined
}

const tagOf = (error: unknown) => (error as { readonly _tag?: string })?._tag

describe("names of one's own", () => {
  it("come as they are decided: one that nobody answers for holds up no other", async () => {
    const scope = Scope.makeUnsafe()
    onTestFinished(() => Effect.runPromise(Scope.close(scope, Exit.void)))
    const { resolver } = await Effect.runPromise(
      Peer.make((asked) =>
        asked.name === "n3.test"
          ? undefined
          : Peer.answer(asked, asked.type === "A" ? [Peer.a(asked.name, "192.0.2.1")] : [])
      ).pipe(Scope.provide(scope))
    )
    const others = Array.from({ length: 2_000 }, (_, n) => `n${n}.test`)
    const dns = { resolvers: [resolver], queryTimeoutSeconds: 300 }
    let count = 0
    for await (const _ of resolved({ names: others, dns })) if (++count === 1_999) break
    assert.strictEqual(count, 1_999)
  })

  it("are drawn a little ahead and no further, and their iterator is told when nobody wants more", async () => {
    const { asked, resolver } = await peer()
    let [drawn, closed] = [0, false]
    const endless = function* () {
      try {
        while (true) yield `n${drawn++}.test`
      } finally {
        closed = true
      }
    }
    let count = 0
    for await (const _ of resolved({ names: endless(), dns: { resolvers: [resolver] } })) if (++count === 5) break
    assert.isTrue(closed)
    assert.isAtMost(drawn, 10_000)
    assert.isAtMost(asked.length, 20_000)
  })

  it("are asked about in lower case, and what is no name is passed over and told with its place", async () => {
    const { asked, resolver } = await peer()
    const skipped: Array<readonly [string, number]> = []
    const names = await namesOf({
      names: ["Example.COM", "", "no name.com", "shop.test"],
      dns: { resolvers: [resolver] },
      onSkipped: (...told) => skipped.push(told)
    })
    assert.deepStrictEqual(names, ["example.com", "shop.test"])
    assert.deepStrictEqual(skipped, [
      ["", 1],
      ["no name.com", 2]
    ])
    assert.isFalse(asked.some(({ name }) => name.includes("no name")))
  })

  it("may all be none", async () => {
    const { resolver } = await peer()
    assert.deepStrictEqual(await namesOf({ names: ["?", "-"], dns: { resolvers: [resolver] }, onSkipped() {} }), [])
  })

  it("are told of by one warning where nobody listens, without what would steer a terminal", async () => {
    const { resolver } = await peer()
    const warned: Array<string> = []
    const hear = ({ message }: Error) => void warned.push(message)
    process.on("warning", hear)
    onTestFinished(() => void process.off("warning", hear))
    const names = ["shop.test", `\u001b[2J${"a".repeat(1_000)}`, "another one"]
    const warning = once(process, "warning")
    assert.deepStrictEqual(await namesOf({ names, dns: { resolvers: [resolver] } }), ["shop.test"])
    await warning
    assert.strictEqual(warned.length, 1)
    assert.match(warned[0]!, /^names\[1\] is no domain name: '\\x1B\[2Ja+'/)
    assert.isBelow(warned[0]!.length, 200)
  })

  it("end the iteration where the listener throws, with what it threw", async () => {
    const { resolver } = await peer()
    const mine = new Error("line 1")
    const onSkipped = () => {
      throw mine
    }
    assert.strictEqual(await failure(resolved({ names: ["?"], dns: { resolvers: [resolver] }, onSkipped })), mine)
  })
})

describe("the system's resolvers", () => {
  /** For this process alone, until the test ends. */
  const systems = async () => {
    const { asked, resolver } = await peer()
    const before = dns.getServers()
    dns.setServers([resolver])
    onTestFinished(() => dns.setServers(before))
    return asked
  }

  it.each([
    undefined,
    {},
    { queryTimeoutSeconds: 1 },
    { resolvers: [], resolversWeighted: {}, useSystemResolvers: null }
  ])("are asked by %o", async (given) => {
    const asked = await systems()
    const options = { names: ["shop.test"], ...(given && { dns: given }) }
    assert.deepStrictEqual(await namesOf(options), ["shop.test"])
    assert.isNotEmpty(asked)
  })

  it("are not asked where others are named, by whichever field", async () => {
    const asked = await systems()
    const { resolver } = await peer()
    for (const dns of [
      { resolvers: [resolver] },
      { resolverStrategy: "weighted_rotation", resolversWeighted: { [resolver]: 1 } },
      { resolverStrategy: "specific_order", resolversPreferredOrder: [resolver] }
    ] as const)
      assert.deepStrictEqual(await namesOf({ names: ["shop.test"], dns }), ["shop.test"])
    assert.isEmpty(asked)
  })

  it("are not asked where that is refused", async () => {
    const dns = { useSystemResolvers: false }
    assert.strictEqual(tagOf(await failure(resolved({ names: ["shop.test"], dns }))), "NoResolver")
  })
})

describe("an iteration fails", () => {
  const pattern = {
    patternType: "prefix",
    characterSet: "letters",
    variableLength: 1,
    constantString: "a",
    tld: "com"
  } as const
  const names = ["shop.test"]

  it.each<[string, (dns: { readonly resolvers: ReadonlyArray<string> }) => AsyncIterable<unknown>]>([
    ["SchemaError", (dns) => resolved({ names, dns: { ...dns, queryTimeoutSeconds: 0 } })],
    ["SchemaError", (dns) => pages({ names, dns, http: { requestTimeoutSeconds: -1 } })],
    ["InvalidPattern", (dns) => resolved({ names: { ...pattern, constantString: "?" }, dns })],
    ["SpaceTooLarge", (dns) => resolved({ names: { ...pattern, variableLength: 15 }, dns })],
    ["InvalidKeywordRules", (dns) => findings({ names, dns, keywords: [""] })]
  ])("with %s", async (tag, make) => {
    const { resolver } = await peer()
    assert.strictEqual(tagOf(await failure(make({ resolvers: [resolver] }))), tag)
  })

  it("with the signal's reason", async () => {
    const { resolver } = await peer()
    const reason = new Error("enough")
    const some = findings({
      names,
      dns: { resolvers: [resolver] },
      guard: Guard.make({ allow: ["127.0.0.0/8"] }),
      signal: AbortSignal.abort(reason)
    })
    assert.strictEqual(await failure(some), reason)
  })
})
