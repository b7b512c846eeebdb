/** Writing text in the charsets that old pages use: the inverse of what every TextDecoder knows. */

export const charsets = [
  "utf-8",
  "utf-16le",
  "utf-16be",
  "windows-1252",
  "iso-8859-2",
  "windows-1251",
  "koi8-r",
  "shift_jis",
  "euc-jp",
  "gb18030"
] as const
export type Charset = (typeof charsets)[number]

/** HTML in octets; a character that the charset lacks becomes a numeric reference. A byte order mark only for UTF-16. */
export const encode = (html: string, charset: Charset): Buffer => {
  if (charset === "utf-8") return Buffer.from(html, "utf8")
  if (charset === "utf-16le") return Buffer.from(`\ufeff${html}`, "utf16le")
  if (charset === "utf-16be") return Buffer.from(`\ufeff${html}`, "utf16le").swap16()
  const table = tableOf(charset)
  const octets: Array<number> = []
  for (const character of html) {
    const code = character.codePointAt(0)!
    if (code < 0x80) octets.push(code)
    else octets.push(...(table.get(character) ?? Buffer.from(`&#x${code.toString(16)};`, "latin1")))
  }
  return Buffer.from(octets)
}

const tables = new Map<Charset, ReadonlyMap<string, ReadonlyArray<number>>>()

const tableOf = (charset: Charset): ReadonlyMap<string, ReadonlyArray<number>> => {
  const known = tables.get(charset)
  if (known !== undefined) return known
  // Not `fatal`: most pairs of octets are no character, and an exception for each would take a second.
  const decoder = new TextDecoder(charset)
  const table = new Map<string, ReadonlyArray<number>>()
  const learn = (...octets: ReadonlyArray<number>) => {
    const [character, ...more] = decoder.decode(Uint8Array.from(octets))
    const isOne = character !== undefined && more.length === 0 && character !== "\ufffd"
    // The first spelling wins: shift_jis has two for some characters, and decoders read both.
    if (isOne && !table.has(character)) table.set(character, octets)
  }
  for (let octet = 0x80; octet <= 0xff; octet++) learn(octet)
  if (charset === "shift_jis" || charset === "euc-jp" || charset === "gb18030")
    for (let lead = 0x81; lead <= 0xfe; lead++) for (let trail = 0x40; trail <= 0xfe; trail++) learn(lead, trail)
  tables.set(charset, table)
  return table
}
