import type { TlsOptions } from "node:tls"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { askBy, ca, certificates, html, port, secure } from "./support/secure.ts"
import { answer, serve } from "./support/server.ts"
import type { Persona } from "./support/stage.ts"

describe("HttpStage: TLS", () => {
  it.live("speaks it on 443 and 8443, to the name that was asked for", () =>
    Effect.gen(function* () {
      const server = yield* secure("*")
      const verdict = yield* askBy(server)
      assert.deepInclude(verdict, { status: "Success", port, urls: [`https://shop.test:${port}/`] })
      assert.strictEqual(server.seen[0]?.servername, "shop.test")
      assert.strictEqual(server.seen[0]?.getProtocol(), "TLSv1.3")
    })
  )

  it.live("a certificate that does not prove the name is Unreachable, and says why", () =>
    Effect.gen(function* () {
      const cases = [
        ["shop.test", "good", {}, null],
        ["*.shop.test", "good", {}, "the certificate is for another name"],
        ["*.test", "good", {}, "the certificate is for another name"],
        ["s*.test", "good", {}, "the certificate is for another name"],
        ["shop.test.evil.example", "good", {}, "the certificate is for another name"],
        ["shop.test", "expired", {}, "the certificate has expired"],
        ["shop.test", "notYetValid", {}, "the certificate is not valid yet"],
        ["shop.test", "selfSigned", {}, "the certificate is self-signed"],
        ["shop.test", "good", { ca: [] }, "the certificate's authority is not known"]
      ] as const
      for (const [name, certificate, options, reason] of cases) {
        const server = yield* secure(name, {}, certificate)
        const verdict = yield* askBy(server, {}, { retryAttempts: 2, ...options })
        assert.strictEqual(verdict.status, reason === null ? "Success" : "Unreachable", `${name} ${certificate}`)
        assert.strictEqual(
          verdict.reason,
          reason === null ? null : `${reason} in the TLS handshake with shop.test:${port}`
        )
        assert.strictEqual(verdict.attempts, 1)
        // Nothing was said to whoever that was.
        assert.strictEqual(server.asked.length, reason === null ? 1 : 0)
      }
      const wild = yield* secure("*.shop.test")
      assert.strictEqual((yield* askBy(wild, {}, {}, "www.shop.test")).status, "Success")
      assert.strictEqual((yield* askBy(wild, {}, {}, "a.www.shop.test")).status, "Unreachable")
    })
  )

  it.live("an authority that comes along with the certificate is not trusted for that", () =>
    Effect.gen(function* () {
      const { cert, key } = certificates.pairFor("shop.test", "good")
      const chain = yield* serve(() => answer(200, html), { port, tls: { key, cert: cert + certificates.authority } })
      assert.strictEqual((yield* askBy(chain)).status, "Success")
      assert.deepInclude(yield* askBy(chain, {}, { ca: [] }), {
        status: "Unreachable",
        reason: `the certificate's authority is not trusted in the TLS handshake with shop.test:${port}`
      })
    })
  )

  it.live("a server that wants to know who asks is Unreachable, whenever it says so", () =>
    Effect.gen(function* () {
      const server = yield* secure("*", { requestCert: true, rejectUnauthorized: true, ca })
      for (const maxVersion of ["TLS12", "TLS13"] as const) {
        const verdict = yield* askBy(server, { tlsClientHello: { maxVersion } })
        assert.strictEqual(verdict.status, "Unreachable", verdict.reason ?? "")
        assert.match(verdict.reason ?? "", /^(TLS failed \(.*\)|reset|closed without an answer) /)
      }
    })
  )

  it.live("a certificate for a name proves no address", () =>
    Effect.gen(function* () {
      const server = yield* serve(() => answer(200, html), { port, tls: certificates.pairFor("shop.test", "good") })
      const verdict = yield* askBy(server, {}, {}, server.address)
      assert.deepInclude(verdict, { status: "Unreachable" })
      assert.include(verdict.reason, "the certificate is for another name")
    })
  )

  it.live("speaks the persona's versions, suites and curves, and no others", () =>
    Effect.gen(function* () {
      const spoken = (hello: NonNullable<Persona["tlsClientHello"]>, tls: TlsOptions = {}) =>
        Effect.gen(function* () {
          const server = yield* secure("*", tls)
          const verdict = yield* askBy(server, { tlsClientHello: hello })
          const [socket] = server.seen
          return socket === undefined
            ? verdict.reason
            : [socket.getProtocol(), socket.getCipher().standardName, verdict.status]
        })
      assert.deepStrictEqual(yield* spoken({ maxVersion: "TLS12" }), [
        "TLSv1.2",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "Success"
      ])
      assert.deepStrictEqual(yield* spoken({ cipherSuites: ["TLS_CHACHA20_POLY1305_SHA256"], minVersion: "TLS13" }), [
        "TLSv1.3",
        "TLS_CHACHA20_POLY1305_SHA256",
        "Success"
      ])
      assert.deepStrictEqual(
        yield* spoken(
          { cipherSuites: ["TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305", "ECDHE-ECDSA-AES128-GCM-SHA256"] },
          { honorCipherOrder: false }
        ),
        ["TLSv1.2", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "Success"]
      )
      const old: TlsOptions = { minVersion: "TLSv1", maxVersion: "TLSv1", ciphers: "ALL:@SECLEVEL=0" }
      assert.deepStrictEqual((yield* spoken({ minVersion: "TLS10" }, old))?.[0], "TLSv1")
      assert.deepStrictEqual(
        (yield* spoken({ maxVersion: "TLS11" }, { ...old, maxVersion: "TLSv1.1" }))?.[0],
        "TLSv1.1"
      )
      assert.match(String(yield* spoken({}, old)), /^TLS failed \(.*\) in the TLS handshake/)
      assert.match(String(yield* spoken({ minVersion: "TLS13" }, { maxVersion: "TLSv1.2" })), /^TLS failed/)
      assert.match(String(yield* spoken({ curvePreferences: ["P384"] }, { ecdhCurve: "X25519" })), /^TLS failed/)
      assert.deepStrictEqual(
        (yield* spoken({ curvePreferences: ["CurveP384", "X25519"] }, { ecdhCurve: "P-384" }))?.[2],
        "Success"
      )
    })
  )

  it.live("a server that speaks no TLS, or stops in the handshake, is Unreachable", () =>
    Effect.gen(function* () {
      const plain = yield* serve(() => answer(200, html), { port })
      const verdict = yield* askBy(plain, { requestTimeoutSeconds: 1 })
      assert.oneOf(verdict.status, ["Unreachable", "Timeout"])
      const chatty = yield* serve(() => "", { port, onConnect: (socket) => socket.end("SSH-2.0-x\r\n") })
      assert.match((yield* askBy(chatty)).reason ?? "", /^TLS failed \(.*\) in the TLS handshake with/)
      const rude = yield* serve(() => "", {
        port,
        onConnect: (socket) => socket.once("data", () => socket.resetAndDestroy())
      })
      assert.match((yield* askBy(rude)).reason ?? "", /^reset in the TLS handshake with/)
      const silent = yield* serve(() => "", { port, onConnect: (socket) => socket.pause() })
      const waited = yield* askBy(silent, { requestTimeoutSeconds: 0.3 })
      assert.deepInclude(waited, {
        status: "Timeout",
        reason: `no page within 0.3 s: in the TLS handshake with shop.test:${port}`
      })
    })
  )
})
