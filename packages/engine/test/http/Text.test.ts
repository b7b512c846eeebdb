import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { plain, readable } from "../../src/http/Text.ts"

const text = (html: string) => readable(html).text

describe("readable", () => {
  it("is what a reader sees", () => {
    assert.deepStrictEqual(
      readable(`<!doctype html><html><head><title> Tea &amp;\n Co </title><style>p { color: red }</style>
        <script>if (a < b) document.write("<p>no</p>")</script></head>
        <body><h1>Buy</h1><p>our <b>t</b>ea<br>now &ndash; 5&nbsp;&euro;</p><noscript>no</noscript><!-- no --></body></html>`),
      { title: "Tea & Co", text: "Buy our tea now – 5 €" }
    )
  })

  it("keeps nothing of a page in memory, whatever entities it makes up", () => {
    setFlagsFromString("--expose-gc")
    const collect: () => void = runInNewContext("gc")
    collect()
    const before = process.memoryUsage().heapUsed
    for (let page = 0; page < 40; page++) {
      readable(
        `<p>${"tea ".repeat(125_000)} ?a=1&made${page}upParameter=2 &ampersand${page}; &CounterClockwiseContourIntegral;`
      )
    }
    collect()
    assert.isBelow(process.memoryUsage().heapUsed - before, 10_000_000)
  })

  it("takes block boundaries for a space and inline ones for nothing", () => {
    assert.strictEqual(text("a<p>b</p>c<div>d<div>e"), "a b c d e")
    assert.strictEqual(text("a<b>b</b><span>c</span><x-y>d</x-y><wbr>e"), "abcde")
    assert.strictEqual(text("<td>a<td>b<LI>c<bR/>d<img src=x>e"), "a b c d e")
    assert.strictEqual(text("<p> <p>\n\t<p>"), "")
  })

  it("folds white space and drops what has no width", () => {
    assert.strictEqual(text(" a \n\t b\u00a0\u2003\u3000c &nbsp;&#10; d "), "a b c d")
    assert.strictEqual(text("key\u00adwo&shy;rd\u200bs\ufeff"), "keywords")
    assert.strictEqual(text("a <b> b</b> c"), "a b c")
    assert.strictEqual(plain("  a\r\n&amp; <b>\t "), "a &amp; <b>")
  })

  it("decodes entities as a browser does", () => {
    assert.strictEqual(
      text("&lt;b&gt; &AMP; &#x41;&#66; &copy2024 &notit; &CounterClockwiseContourIntegral;"),
      "<b> & AB ©2024 ¬it; ∳"
    )
    assert.strictEqual(text("&#0;&#xd800;&#x110000;&#150;"), "\ufffd\ufffd\ufffd–")
    assert.strictEqual(text("AT&T &nope; & &; &#; &#x;"), "AT&T &nope; & &; &#; &#x;")
    assert.strictEqual(text("&am<b>p;</b>"), "&amp;")
  })

  it("ends a tag where it ends", () => {
    assert.strictEqual(text("<a title='>' alt=\">\" >x"), "x")
    assert.strictEqual(text("<a b = '>' c='>'d='>'>x"), "x")
    assert.strictEqual(text("<a it's>x"), "x")
    assert.strictEqual(text("<a b=it's>x"), "x")
    assert.strictEqual(text('<a b=c="d>x'), "x")
    assert.strictEqual(text('<a =">x'), "x")
    assert.strictEqual(text("<a b=>x"), "x")
    assert.strictEqual(text("<a/='>x"), "x")
    assert.strictEqual(text("x<a b='"), "x")
    assert.strictEqual(text("x<a"), "x")
  })

  it("keeps a < that opens nothing", () => {
    assert.strictEqual(text("1 < 2 <3 << a<"), "1 < 2 <3 << a<")
  })

  it("leaves out comments and declarations, ended or not", () => {
    for (const html of [
      "a<!-- x > y -->b",
      "a<!-->b",
      "a<!--->b",
      "a<!-- x --!>b",
      "a<!----!>b",
      "a<?php x ?>b",
      "a<!x>b",
      "a</ x>b",
      "a</>b",
      "a<!--x-- >y--->b"
    ])
      assert.strictEqual(text(html), "ab", html)
    assert.strictEqual(text("a<![CDATA[x]]>b"), "ab")
    assert.strictEqual(text("a<!--!>b-->c"), "ac")
    assert.strictEqual(text("a<!-- b"), "a")
  })

  it("leaves out what no browser shows", () => {
    for (const name of ["script", "style", "noscript", "iframe", "noembed", "noframes", "template"])
      assert.strictEqual(text(`a<${name} x='>'>no</b><p>no</${name.toUpperCase()} >b`), "ab", name)
    assert.strictEqual(text("a<template>b<template>c</template>d<script></template></script>e</template>f"), "af")
    assert.strictEqual(text("a<script>b</scripty></script >c"), "ac")
    assert.strictEqual(text("a<script>b"), "a")
    assert.strictEqual(text("a<style>b"), "a")
  })

  it("ends a script that writes scripts where it ends", () => {
    assert.strictEqual(text("a<script><!-- w('<script>b</script>') //--></script>c"), "ac")
    assert.strictEqual(text("a<script><!-- b </script>c"), "ac")
    assert.strictEqual(text("a<script><!--><script></script>c"), "ac")
    assert.strictEqual(text("a<script>'<script>'</script>c"), "ac")
  })

  it("leaves out a head, and only a head", () => {
    assert.strictEqual(text("<head><title>t</title><x>no</x> no</head><body>yes"), "yes")
    assert.strictEqual(text("<head>no<template><p>no</p></template></head>yes"), "yes")
    assert.strictEqual(text("<head>no<body>yes"), "yes")
    assert.strictEqual(text("<head><title>t</title>yes"), "yes")
    assert.strictEqual(text("<head><meta charset=x><p>yes</p></head> also"), "yes also")
    assert.strictEqual(text("a<header>b</header></head>c<head>d</head>"), "a b c d")
  })

  it("takes the first title, and shows none", () => {
    assert.deepStrictEqual(readable("<p>a</p><title>b <b>&lt;c</title><title>d</title>e"), {
      title: "b <b><c",
      text: "a e"
    })
    assert.deepStrictEqual(readable("<svg><title>a</title>b</svg><title>c</title>"), { title: "c", text: "b" })
    assert.deepStrictEqual(readable("<svg/><title>c"), { title: "c", text: "" })
    assert.deepStrictEqual(readable("<title></title>"), { title: "", text: "" })
    assert.deepStrictEqual(readable("no title"), { title: null, text: "no title" })
  })

  it("shows what a field holds, as text", () => {
    assert.strictEqual(text("a<textarea><p>b</p>&amp;</textarea>c"), "a <p>b</p>& c")
  })

  it("makes folded, well-formed text of anything", () => {
    const pieces = [
      "<",
      ">",
      "</",
      "<!--",
      "-->",
      "<script>",
      "</script>",
      "<title>",
      "</title>",
      "<template>",
      "<head>",
      "</head>",
      "<p a='",
      "'",
      '"',
      "=",
      "&amp;",
      "&",
      "&#",
      ";",
      " ",
      "\n",
      "\u00a0",
      "é",
      "🦊",
      "x",
      "<body>",
      "<svg>",
      "<![CDATA["
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces)), fc.string({ unit: "grapheme" }), (parts, noise) => {
        for (const html of [parts.join(""), noise, parts.join(noise)]) {
          const seen = readable(html)
          for (const it of [seen.text, seen.title ?? "", plain(html)]) {
            assert.strictEqual(it, it.replace(/\s+/g, " ").trim())
            assert.isTrue(it.isWellFormed())
          }
        }
      })
    )
  })

  it("is text unchanged where there is no markup", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[\p{L}\p{N}.,;!]+$/u)), (words) => {
        assert.strictEqual(text(words.join(" \n ")), words.join(" "))
      })
    )
  })
})
