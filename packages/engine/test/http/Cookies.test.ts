import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { Cookies } from "../../src/http/Cookies.ts"

const now = Date.UTC(2026, 0, 1)
const at = (url: string) => new URL(url)

/** What is sent to `to` after `from` has set `cookies`. */
const sent = (from: string, cookies: ReadonlyArray<string>, to = from): string | null => {
  const jar = new Cookies()
  jar.store(at(from), cookies, now)
  return jar.header(at(to))
}

describe("Cookies", () => {
  it("go back to where they came from, longest path first", () => {
    assert.strictEqual(sent("http://a.test/x/y", ["a=1", "b=2; path=/", "c=3; Path=/x/y"]), "c=3; a=1; b=2")
    assert.isNull(sent("http://a.test/", []))
    assert.strictEqual(sent("http://a.test/", ["a=1", "a=2"]), "a=2")
    assert.strictEqual(sent("http://a.test/", ["a = 1 ; HttpOnly", "b", "c="]), "a=1; b; c=")
  })

  it("keep to their host, unless they name a domain above it", () => {
    const to = "http://www.a.test/"
    assert.isNull(sent("http://a.test/", ["a=1"], to))
    assert.strictEqual(sent("http://a.test/", ["a=1; Domain=.A.test"], to), "a=1")
    assert.strictEqual(sent("http://www.a.test/", ["a=1; Domain=a.test"], "http://a.test/"), "a=1")
    for (const domain of ["b.test", "xa.test", "test", "www.a.test.evil.test", "."])
      assert.isNull(sent("http://a.test/", [`a=1; Domain=${domain}`], "http://b.test/"), domain)
    assert.isNull(sent("http://a.test/", ["a=1; Domain=test"], "http://a.test/"))
    assert.isNull(sent("http://a.test/", ["a=1; Domain=a.test"], "http://nota.test/"))
  })

  it("keep to their path", () => {
    const cookie = ["a=1; Path=/shop"]
    assert.strictEqual(sent("http://a.test/shop", cookie, "http://a.test/shop/tea"), "a=1")
    assert.isNull(sent("http://a.test/shop", cookie, "http://a.test/shopping"))
    assert.isNull(sent("http://a.test/shop/tea", ["a=1"], "http://a.test/"))
  })

  it("are secure where they say so", () => {
    assert.isNull(sent("https://a.test/", ["a=1; Secure"], "http://a.test/"))
    assert.strictEqual(sent("https://a.test/", ["a=1; secure"], "https://a.test/"), "a=1")
    assert.isNull(sent("http://a.test/", ["a=1; Secure"], "https://a.test/"))
  })

  it("end when they expire", () => {
    const past = "Thu, 01 Jan 1970 00:00:00 GMT"
    const kept = (attribute: string) => sent("http://a.test/", ["a=0", `a=1; ${attribute}`])
    assert.isNull(kept(`Expires=${past}`))
    assert.isNull(kept("Max-Age=0"))
    assert.isNull(kept("Max-Age=-5"))
    assert.strictEqual(kept(`Max-Age=60; Expires=${past}`), "a=1")
    assert.strictEqual(kept("Expires=never"), "a=1")
    assert.strictEqual(kept("Expires=Fri, 01 Jan 2100 00:00:00 GMT"), "a=1")
  })

  it("any header comes to a value that stays within its line, and to no more than fifty", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary", maxLength: 12 }), { maxLength: 4 }), (cookies) => {
        const header = sent("https://a.test/", cookies) ?? ""
        assert.match(header, /^[\t\x20-\x7e\x80-\xff]*$/)
      })
    )
    const many = sent(
      "http://a.test/",
      Array.from({ length: 500 }, (_, n) => `c${n}=1`)
    )
    assert.strictEqual(many?.split(";").length, 50)
    assert.isNull(sent("http://a.test/", [`a=${"x".repeat(5_000)}`]))
  })
})
