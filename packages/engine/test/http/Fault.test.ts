import { assert, describe, it } from "@effect/vitest"
import { broken, brokenHandshake } from "../../src/http/Fault.ts"

const failure = (code: string, message: string) => Object.assign(new Error(message), { code })

describe("Fault", () => {
  it("whatever is wrong in a handshake is the host's TLS, by whichever code", () => {
    for (const [code, message] of [
      ["INVALID_PURPOSE", "unsuitable certificate purpose"],
      ["PATH_LENGTH_EXCEEDED", "path length constraint exceeded"],
      ["UNSPECIFIED", "EE certificate key too weak"],
      ["CERT_REVOKED", "certificate revoked"],
      [
        "ERR_SSL_WRONG_VERSION_NUMBER",
        "40B7:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../x.c:350:"
      ]
    ] as const) {
      const words = message.includes("SSL routines") ? "wrong version number" : message
      assert.deepInclude(brokenHandshake(failure(code, message), "in the TLS handshake with shop.test"), {
        status: "Unreachable",
        reason: `TLS failed (${words}) in the TLS handshake with shop.test`,
        transient: false
      })
    }
    assert.deepInclude(brokenHandshake(failure("ECONNRESET", "read ECONNRESET"), "here"), {
      reason: "reset here",
      transient: true
    })
  })

  it("what is ours is never blamed on the host", () => {
    for (const code of ["EMFILE", "ENFILE", "EADDRNOTAVAIL", "ENOBUFS"])
      for (const told of [broken, brokenHandshake])
        assert.deepInclude(told(failure(code, "x"), "here"), { status: "Error", transient: true }, code)
  })

  it("what is no error of the system is told in words of one line", () => {
    assert.strictEqual(broken("a\n string", "here").reason, "failed (a string) here")
    assert.strictEqual(broken(failure("E_ODD", "odd\r\nthing"), "here").reason, "E_ODD (odd thing) here")
    assert.isBelow(broken(new Error("x".repeat(10_000)), "here").reason.length, 200)
  })
})
