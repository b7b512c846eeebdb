import { assert, it } from "@effect/vitest"
import { Schema } from "effect"
import { DomainName, read } from "../src/DomainName.ts"

const is = Schema.is(DomainName)

it("a domain name is lower-case LDH of bounded length", () => {
  for (const good of ["a.b", "acme-shop.com", "xn--bcher-kva.example", `${"a".repeat(63)}.com`])
    assert.isTrue(is(good), good)
  for (const bad of [
    "",
    "com",
    "A.com",
    "-a.com",
    "a-.com",
    "a..com",
    "a.com.",
    `${"a".repeat(64)}.com`,
    `${"a.".repeat(127)}com`
  ])
    assert.isFalse(is(bad), bad)
})

it("stored text is asked about in lower case, or not at all", () => {
  assert.strictEqual<string | undefined>(read("acme.com"), "acme.com")
  assert.strictEqual<string | undefined>(read("Acme-SHOP.Com"), "acme-shop.com")
  // The Kelvin sign lower-cases to k.
  for (const none of ["", "acme", "my_shop.com", "a b.com", "a..com", "\u212Aa.com", "münchen.de", "-a.com"])
    assert.isUndefined(read(none), none)
})
