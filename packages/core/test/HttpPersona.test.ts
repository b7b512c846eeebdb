import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import fc from "fast-check"
import { defaultUserAgent, HttpPersona } from "../src/persona/HttpPersona.ts"

const decode = Schema.decodeUnknownResult(HttpPersona, { errors: "all" })
const good = (input: unknown) => Result.getOrThrow(decode(input))
/** The paths a refusal names, such as `headers.X-A`. */
const refusedAt = (input: unknown): ReadonlyArray<string> => {
  const refusal = decode(input)
  if (Result.isSuccess(refusal)) return []
  const paths = [...refusal.failure.message.matchAll(/at (\[.*\])/g)].map(([, path]) =>
    [...path!.matchAll(/\["?([^\]"]+)"?\]/g)].map(([, key]) => key).join(".")
  )
  return [...new Set(paths)]
}

describe("HttpPersona", () => {
  it("is complete when nothing is said", () => {
    assert.deepStrictEqual(good({}), {
      userAgent: defaultUserAgent,
      headers: {},
      headerOrder: [],
      tlsClientHello: { minVersion: null, maxVersion: null, cipherSuites: [], curvePreferences: [] },
      http2Settings: { enabled: false },
      cookieHandling: { mode: "session" },
      requestTimeoutSeconds: 15,
      followRedirects: true,
      allowedStatusCodes: null,
      rateLimitDps: 0,
      rateLimitBurst: 0,
      requiredContent: [],
      forbiddenContent: [],
      notes: ""
    })
  })

  it("reads null as absent", () => {
    const nulls = Object.fromEntries(Object.keys(good({})).map((key) => [key, null]))
    assert.deepStrictEqual(good(nulls), good({}))
  })

  it("keeps keys it does not know, at every depth, through a round trip", () => {
    const stored = {
      colour: ["red"],
      tlsClientHello: { minVersion: "TLS12", ja3: "771,…" },
      http2Settings: { push: 1 }
    }
    const again = Schema.encodeSync(HttpPersona)(good(stored))
    assert.deepInclude(again, { colour: ["red"] })
    assert.deepInclude(again.tlsClientHello, { minVersion: "TLS12", ja3: "771,…" })
    assert.deepInclude(again.http2Settings, { push: 1 })
  })

  it("names the field that is out of range", () => {
    const cases: ReadonlyArray<readonly [unknown, string]> = [
      [{ userAgent: "" }, "userAgent"],
      [{ userAgent: "a\nb" }, "userAgent"],
      [{ headerOrder: ["Accept", "no good"] }, "headerOrder.1"],
      [{ tlsClientHello: { minVersion: "SSL3" } }, "tlsClientHello.minVersion"],
      [{ tlsClientHello: { minVersion: "TLS13", maxVersion: "TLS12" } }, "tlsClientHello.minVersion"],
      [{ tlsClientHello: { cipherSuites: ["TLS_AES_128_GCM_SHA256", "RC4-MD5"] } }, "tlsClientHello.cipherSuites.1"],
      [{ tlsClientHello: { cipherSuites: ["ALL:@SECLEVEL=0"] } }, "tlsClientHello.cipherSuites.0"],
      [
        { tlsClientHello: { maxVersion: "TLS12", cipherSuites: ["TLS_AES_128_GCM_SHA256"] } },
        "tlsClientHello.cipherSuites"
      ],
      [{ tlsClientHello: { minVersion: "TLS13", cipherSuites: ["AES128-SHA"] } }, "tlsClientHello.cipherSuites"],
      [{ tlsClientHello: { curvePreferences: ["toString"] } }, "tlsClientHello.curvePreferences.0"],
      [{ http2Settings: { enabled: "yes" } }, "http2Settings.enabled"],
      [{ cookieHandling: { mode: "forever" } }, "cookieHandling.mode"],
      [{ requestTimeoutSeconds: 0 }, "requestTimeoutSeconds"],
      [{ requestTimeoutSeconds: Infinity }, "requestTimeoutSeconds"],
      [{ requestTimeoutSeconds: 601 }, "requestTimeoutSeconds"],
      [{ followRedirects: 1 }, "followRedirects"],
      [{ allowedStatusCodes: [] }, "allowedStatusCodes.0"],
      [{ allowedStatusCodes: [200, 99] }, "allowedStatusCodes.1"],
      [{ rateLimitDps: -1 }, "rateLimitDps"],
      [{ rateLimitBurst: 1.5 }, "rateLimitBurst"],
      [{ requiredContent: ["a", ""] }, "requiredContent.1"],
      [{ forbiddenContent: "sale" }, "forbiddenContent"],
      [{ notes: 5 }, "notes"]
    ]
    for (const [input, path] of cases) assert.deepStrictEqual(refusedAt(input), [path], JSON.stringify(input))
  })

  it("refuses a header that is no header, or not the persona's to set", () => {
    for (const name of ["", "X A", "X:A", "X\r\nEvil", "Ünï", "Host", "content-length", "Transfer-Encoding"])
      assert.lengthOf(refusedAt({ headers: { [name]: "x" } }), 1, name)
    assert.deepStrictEqual(refusedAt({ headers: { "User-Agent": "a", "user-agent": "b" } }), ["headers.user-agent"])
    assert.deepStrictEqual(good({ headers: { Connection: "keep-alive", "X-Empty": "" } }).headers, {
      Connection: "keep-alive",
      "X-Empty": ""
    })
  })

  it("no accepted value can break out of its line", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        if (Result.isSuccess(decode({ headers: { "X-A": value } })))
          assert.isFalse(
            [...value].some((char) => char < " " && char !== "\t"),
            JSON.stringify(value)
          )
      })
    )
    for (const bad of ["a\r\nB: c", "a\nb", "a\0", "\ta", "a ", "€"])
      assert.lengthOf(refusedAt({ headers: { A: bad } }), 1)
  })

  it("takes cipher suites by registered, Go and OpenSSL names", () => {
    const cipherSuites = [
      "TLS_AES_128_GCM_SHA256",
      "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305",
      "ECDHE-RSA-AES128-GCM-SHA256"
    ]
    assert.deepStrictEqual(good({ tlsClientHello: { cipherSuites } }).tlsClientHello.cipherSuites, cipherSuites)
  })
})
