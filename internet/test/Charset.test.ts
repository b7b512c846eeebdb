import { describe, expect, it } from "vitest"
import { charsets, encode } from "../src/pages/Charset.ts"

describe("Charset", () => {
  it.each(charsets)("writes %s as every decoder reads it", (charset) => {
    const texts: Record<(typeof charsets)[number], string> = {
      "utf-8": "Größe – 時計 🎈",
      "utf-16le": "Größe – 時計 🎈",
      "utf-16be": "Größe – 時計 🎈",
      "windows-1252": "soldes d’été à 50 € – “oui”",
      "iso-8859-2": "Žluťoučký kůň, łódź",
      "windows-1251": "Купить сейчас – скидка",
      "koi8-r": "Купить сейчас",
      shift_jis: "パスワードを入力して、表示",
      "euc-jp": "パスワードを入力して、表示",
      gb18030: "立即购买,全场包邮"
    }
    const bytes = encode(`<p>${texts[charset]}</p>`, charset)
    expect(new TextDecoder(charset, { fatal: true }).decode(bytes)).toBe(`<p>${texts[charset]}</p>`)
  })

  it("refers by number to what a charset lacks", () => {
    expect(encode("é 時", "koi8-r").toString("latin1")).toBe("&#xe9; &#x6642;")
  })
})
