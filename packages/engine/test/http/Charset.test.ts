import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { decode, sniff } from "../../src/http/Charset.ts"

const ascii = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0))
const utf8 = (text: string) => new TextEncoder().encode(text)
const page = (head: string, ...tail: ReadonlyArray<number>) => Uint8Array.from([...ascii(head), ...tail])

describe("sniff", () => {
  it("believes a byte order mark before the header, the header before the page", () => {
    const claims = ascii('<meta charset="koi8-r">')
    const marked = Uint8Array.from([0xef, 0xbb, 0xbf, ...claims])
    assert.strictEqual(sniff(marked, "text/html; charset=windows-1251"), "utf-8")
    assert.strictEqual(sniff(claims, "text/html; charset=windows-1251"), "windows-1251")
    assert.strictEqual(sniff(claims, "text/html"), "koi8-r")
    assert.strictEqual(sniff(claims, null), "koi8-r")
    assert.strictEqual(sniff(Uint8Array.from([0xfe, 0xff, 0x00, 0x41]), null), "utf-16be")
    assert.strictEqual(sniff(Uint8Array.from([0xff, 0xfe, 0x41, 0x00]), null), "utf-16le")
  })

  it("reads the header's charset however it is written", () => {
    for (const header of [
      "text/html;charset=shift_jis",
      'text/html; Charset = "Shift_JIS"',
      "text/html; charset='x-sjis'",
      "text/html; boundary=x; charset=MS_Kanji ; version=1"
    ])
      assert.strictEqual(sniff(ascii("a"), header), "shift_jis", header)
    assert.strictEqual(sniff(ascii("a"), 'text/html; charset="utf-8'), "utf-8")
  })

  it("passes over labels nobody knows", () => {
    assert.strictEqual(sniff(ascii('<meta charset="euc-kr">'), "text/html; charset=none"), "euc-kr")
    assert.strictEqual(sniff(ascii("<meta charset=wobbly><meta charset=big5>"), null), "big5")
    // Browsers read these as one replacement character, which helps no reader.
    assert.strictEqual(sniff(ascii("a"), "text/html; charset=iso-2022-kr"), "utf-8")
  })

  it("finds the meta element as a browser does", () => {
    for (const [html, charset] of [
      ["<meta charset=gbk>", "gbk"],
      ["<META\nname=x CharSet = 'GBK' />", "gbk"],
      ['<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-2">', "iso-8859-2"],
      ['<meta content="text/html; charset=iso-8859-2" http-equiv=content-type>', "iso-8859-2"],
      ['<meta content="text/html; charset=iso-8859-2">', "utf-8"],
      ["<!-- <meta charset=gbk> --><p>", "utf-8"],
      ["<!--><meta charset=gbk>", "gbk"],
      ["<a title='<meta charset=gbk>'>", "utf-8"],
      ["<!doctype html><?x><meta charset=gbk>", "gbk"],
      ["<metaphor charset=gbk>", "utf-8"],
      ['<?xml version="1.0" encoding="windows-1250"?><x/>', "windows-1250"],
      ["<meta charset=utf-16>", "utf-8"],
      ["<meta charset=x-user-defined>", "windows-1252"],
      [`${" ".repeat(1_024)}<meta charset=gbk>`, "utf-8"]
    ] as const)
      assert.strictEqual(sniff(ascii(html), "text/html"), charset, html)
  })

  it("asks the page only where it is markup", () => {
    for (const type of ["text/html", "application/xhtml+xml", "", "; foo=bar", null])
      assert.strictEqual(sniff(ascii("<meta charset=gbk>"), type), "gbk", String(type))
    for (const type of ["text/plain", "application/json"])
      assert.strictEqual(sniff(ascii("<meta charset=gbk>"), type), "utf-8", type)
  })

  it("takes UTF-8 that a cut ends within a character for UTF-8", () => {
    const whole = utf8("Привет, 世界 🦊")
    for (let length = 0; length <= whole.length; length++)
      assert.strictEqual(sniff(whole.subarray(0, length), null), "utf-8", String(length))
    assert.strictEqual(sniff(page("caf", 0xe9, 0x20), null), "windows-1252")
  })
})

describe("decode", () => {
  it("reads what each charset says", () => {
    const read = (charset: string, ...bytes: ReadonlyArray<number>) =>
      decode(Uint8Array.from(bytes), `text/html; charset=${charset}`)
    assert.strictEqual(read("iso-8859-1", 0x80, 0x93, 0x81, 0xe9), "€“\u0081é")
    assert.strictEqual(read("windows-1251", 0xcf, 0xf0), "Пр")
    assert.strictEqual(read("shift_jis", 0x82, 0xa0), "あ")
    assert.strictEqual(read("gb18030", 0xc4, 0xe3), "你")
    assert.strictEqual(read("euc-kr", 0xb0, 0xa1), "가")
    assert.strictEqual(read("utf-16le", 0x3e, 0xd8, 0x8a, 0xdd), "🦊")
    assert.strictEqual(read("x-user-defined", 0x41, 0x80), "A\uf780")
  })

  it("leaves out the mark and NUL, and replaces what is broken", () => {
    assert.strictEqual(decode(Uint8Array.from([0xef, 0xbb, 0xbf, 0x41, 0x00, 0x42]), null), "AB")
    assert.strictEqual(decode(page("a", 0xed, 0xa0, 0x80, 0x62), "text/html; charset=utf-8"), "a\ufffd\ufffd\ufffdb")
    assert.strictEqual(decode(Uint8Array.from([0xff, 0xfe, 0x3d, 0xd8, 0x41, 0x00]), null), "\ufffdA")
    assert.strictEqual(decode(new Uint8Array(), null), "")
  })

  it("answers any bytes under any label with text that PostgreSQL takes", () => {
    const labels = ["utf-8", "utf-16be", "utf-16le", "gb18030", "iso-2022-jp", "big5", "x-user-defined", "latin1", "?"]
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.constantFrom(...labels), fc.string(), (bytes, label, noise) => {
        for (const header of [`text/html; charset=${label}`, noise, null]) {
          const text = decode(bytes, header)
          assert.isTrue(text.isWellFormed() && !text.includes("\0"))
        }
      })
    )
  })

  it("gives UTF-8 back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const clean = text.toWellFormed().replaceAll("\0", "")
        assert.strictEqual(decode(utf8(clean), "text/plain; charset=utf-8"), clean.replace(/^\ufeff/, ""))
      })
    )
  })
})
