import { assert, it } from "@effect/vitest"
import { Schema } from "effect"
import { Tld } from "../../src/generation/Tld.ts"

const decode = Schema.decodeUnknownSync(Tld)

it("every spelling of a TLD has one form", () => {
  for (const [tld, spellings] of [
    ["com", ["com", ".com", "COM", ".Com", "ＣＯＭ"]],
    ["co.uk", ["co.uk", ".co.uk", ".CO.UK", "co。uk"]],
    ["xn--p1ai", ["рф", ".РФ", "xn--p1ai", "XN--P1AI"]],
    ["xn--mnchen-3ya.de", ["münchen.de", "MÜNCHEN.DE", "mu\u0308nchen.de"]],
    ["a1-b.c", ["a1-b.c"]]
  ] as const) {
    for (const spelling of spellings) assert.strictEqual<string>(decode(spelling), tld, spelling)
    assert.strictEqual<string>(decode(tld), tld)
  }
})
