import { createHash } from "node:crypto"
import { get as getPlain, type IncomingMessage } from "node:http"
import { get as getSecure } from "node:https"
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from "node:zlib"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Running, start } from "../src/Internet.ts"
import type { Site } from "../src/web/Site.ts"
import { names } from "./names.ts"

let internet: Running
beforeAll(async () => {
  internet = await start({ patienceMillis: 0 })
})
afterAll(() => internet.stop())

/** A client of a few lines: one request by TLS or not, to the first address that the world gives. */
interface Answer {
  readonly response: IncomingMessage
  readonly body: Buffer
}

const ask = (url: URL, timeout = 3_000) =>
  new Promise<Answer>((done, fail) => {
    const { a, aaaa } = internet.world.expectedDns(url.hostname)
    const address = [...a, ...aaaa][0]?.address
    if (address === undefined) return fail(new Error("ENOTFOUND"))
    const options = {
      host: address,
      port: url.port,
      path: url.pathname + url.search,
      servername: url.hostname,
      headers: { host: url.host, "accept-encoding": "gzip, deflate, br, zstd" },
      agent: false as const
    }
    const request = url.protocol === "https:" ? getSecure({ ...options, ca: internet.ca }) : getPlain(options)
    const timer = setTimeout(() => request.destroy(new Error("ETIMEDOUT")), timeout)
    request.on("close", () => clearTimeout(timer))
    request.on("error", fail)
    request.on("response", (response) => {
      const chunks: Array<Buffer> = []
      response.on("error", fail)
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("end", () => done({ response, body: Buffer.concat(chunks) }))
    })
  })

const unwrap: Record<string, (body: Buffer) => Buffer> = {
  gzip: (body) => gunzipSync(body),
  br: (body) => brotliDecompressSync(body),
  // The low four bits of a zlib header are 8 (RFC 1950 2.2); the raw ones of these servers are not.
  deflate: (body) =>
    (body[0]! & 0x0f) === 8 && body.readUInt16BE(0) % 31 === 0 ? inflateSync(body) : inflateRawSync(body),
  zstd: (body) => zstdDecompressSync(body)
}

const decoded = ({ response, body }: Answer): Buffer =>
  (response.headers["content-encoding"] ?? "")
    .split(", ")
    .filter((coding) => coding !== "")
    .reduceRight((wrapped, coding) => unwrap[coding]!(wrapped), body)

const charsetOf = (type: string, body: Buffer): string => {
  if (body[0] === 0xff && body[1] === 0xfe) return "utf-16le"
  if (body[0] === 0xfe && body[1] === 0xff) return "utf-16be"
  const said = /charset=([\w-]+)/i.exec(type)?.[1] ?? /charset="?([\w-]+)/i.exec(body.toString("latin1"))?.[1]
  if (said !== undefined) return said
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(body)
    return "utf-8"
  } catch {
    return "windows-1252"
  }
}

const entities: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  copy: "©",
  ndash: "–",
  ldquo: "“",
  rdquo: "”",
  eacute: "é",
  middot: "·",
  ouml: "ö"
}
const plain = (markup: string) =>
  markup
    .replace(/&#x([0-9a-f]+);/gi, (_, hex) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replace(/&#(\d+);/g, (_, digits) => String.fromCodePoint(Number(digits)))
    .replace(/&(\w+);/g, (_, name) => entities[name]!)
    .replace(/\s+/g, " ")
    .trim()

const titleOf = (html: string) => plain(/<title>([\s\S]*?)<\/title>/i.exec(html)![1]!)
const textOf = (html: string) =>
  plain(
    html
      .replace(/<!--[\s\S]*?-->/g, "")
      .replace(/<(head|script|style|noscript)[ >][\s\S]*?<\/\1>/gi, "")
      .replace(/<[^>]*>/g, "")
  )

/** Some names whose pages are in charsets that few have. */
const foreign = () =>
  names(20_000)
    .filter((name) => {
      const site = internet.world.truth(name).site
      const reply = site?.kind === "plainOnly" ? site.reply({ secure: false, path: "/" }) : null
      return reply?._tag === "Shown" && !["utf-8", "utf-16le", "windows-1252"].includes(reply.document.charset)
    })
    .slice(0, 150)

const ofKind = (kind: Site["kind"]) => {
  const found = ["com", "net", "org"]
    .flatMap((zone) => names(40_000, zone))
    .find((name) => internet.world.truth(name).site?.kind === kind && internet.world.truth(name).host.kind === "single")
  if (found === undefined) throw new Error(`no name is ${kind}`)
  return found
}
const secure = (name: string, path = "/") => ask(new URL(`https://${name}:${internet.ports.https}${path}`))
const open = (name: string, path = "/") => ask(new URL(`http://${name}:${internet.ports.http}${path}`))

describe("WebServer", { timeout: 60_000 }, () => {
  it("serves to another client the pages that the world expects, through every charset and coding", async () => {
    const charsets = new Set<string>()
    const codings = new Set<string>()
    let compared = 0
    for (const name of [...names(2_600), ...foreign()]) {
      const expected = internet.world.expectedHttp(name, [])
      if (expected.contentHash === null || expected.title === null) continue
      const answer = await ask(new URL(expected.urls.at(-1)!))
      const body = decoded(answer)
      expect(createHash("sha256").update(body).digest("hex"), name).toBe(expected.contentHash)
      expect(answer.response.statusCode, name).toBe(expected.statusCode)
      const charset = charsetOf(answer.response.headers["content-type"] ?? "", body)
      const html = new TextDecoder(charset).decode(body)
      expect(titleOf(html), name).toBe(expected.title)
      if (expected.text !== null) expect(textOf(html), name).toBe(expected.text)
      charsets.add(charset.toLowerCase())
      codings.add(answer.response.headers["content-encoding"] ?? "identity")
      compared++
    }
    expect(compared).toBeGreaterThan(500)
    expect(charsets.size).toBe(10)
    expect([...codings].sort()).toEqual(["br", "deflate", "gzip", "gzip, br", "identity", "zstd"])
  })

  it("redirects as the world expects", async () => {
    for (const kind of ["toWww", "toPath", "toHost", "loop", "endless"] as const)
      for (const name of names(4_000)
        .filter((name) => internet.world.truth(name).site?.kind === kind)
        .slice(0, 8)) {
        const { port, urls: asked } = internet.world.expectedHttp(name, [])
        // A port that did not answer was asked before.
        const urls = asked.slice(asked.findIndex((url) => Number(new URL(url).port) === port))
        if (urls.length < 2) continue
        for (const [index, url] of urls.slice(0, 3).entries()) {
          const { response } = await ask(new URL(url))
          if (index + 1 < urls.length) expect(new URL(response.headers.location!, url).href).toBe(urls[index + 1])
          else expect(response.headers.location).toBeUndefined()
        }
      }
  })

  it("opens exactly the ports of a site's door", async () => {
    const doors = {
      usual: [true, true],
      plainOnly: [false, true],
      secureOnly: [true, false],
      closed: [false, false]
    } as const
    for (const kind of ["usual", "plainOnly", "secureOnly", "closed"] as const) {
      const name = ofKind(kind)
      const [byTls, byHttp] = doors[kind]
      if (byTls) await expect(secure(name), kind).resolves.toBeDefined()
      else await expect(secure(name), kind).rejects.toMatchObject({ code: "ECONNREFUSED" })
      if (byHttp) await expect(open(name), kind).resolves.toBeDefined()
      else await expect(open(name), kind).rejects.toMatchObject({ code: "ECONNREFUSED" })
    }
  })

  it("shows the certificates that a client must refuse", async () => {
    const codes = {
      expired: "CERT_HAS_EXPIRED",
      selfSigned: "DEPTH_ZERO_SELF_SIGNED_CERT",
      wrongHost: "ERR_TLS_CERT_ALTNAME_INVALID"
    } as const
    for (const kind of ["expired", "selfSigned", "wrongHost"] as const)
      await expect(secure(ofKind(kind)), kind).rejects.toMatchObject({ code: codes[kind] })
  })

  it("resets before and in the middle of an answer", async () => {
    await expect(secure(ofKind("resetting"))).rejects.toMatchObject({ code: "ECONNRESET" })
    await expect(open(ofKind("resetting"))).rejects.toMatchObject({ code: "ECONNRESET" })
    await expect(secure(ofKind("cutOff"))).rejects.toMatchObject({ code: "ECONNRESET" })
    await expect(open(ofKind("cutOff"))).rejects.toMatchObject({ code: "ECONNRESET" })
  })

  it("says nothing where it is silent, by TLS and without", async () => {
    const name = ofKind("silent")
    for (const url of [`https://${name}:${internet.ports.https}/`, `http://${name}:${internet.ports.http}/`])
      await expect(ask(new URL(url), 300)).rejects.toThrow("ETIMEDOUT")
  })

  it("sends what a client must not swallow", async () => {
    const bomb = await secure(ofKind("bomb"))
    expect(bomb.body.length).toBeLessThan(300_000)
    expect(gunzipSync(bomb.body).length).toBe(200 * 1024 * 1024)

    const huge = await secure(ofKind("huge"))
    expect(decoded(huge).length).toBeGreaterThan(4_000_000)

    await expect(secure(ofKind("hugeHeaders"))).rejects.toMatchObject({ code: "HPE_HEADER_OVERFLOW" })
    await expect(open(ofKind("notHttp"))).rejects.toMatchObject({ code: expect.stringMatching(/^HPE_/) })
    const lie = await secure(ofKind("badGzip"))
    expect(() => gunzipSync(lie.body)).toThrow()

    const binary = await secure(ofKind("binary"))
    expect(binary.response.headers["content-type"]).not.toMatch(/text/)
    const nul = decoded(await secure(ofKind("nul"))).toString()
    expect(nul).toContain("\0")
    expect(nul).toContain("&#xD800;")
  })

  it("has nothing for hosts that are not its own", async () => {
    const { address } = internet.world.network.resolver
    const stranger = await new Promise<IncomingMessage>((done) =>
      getPlain({ host: internet.world.network.doors.both, port: internet.ports.http, headers: { host: address } }, done)
    )
    stranger.resume()
    expect(stranger.statusCode).toBe(404)
    expect((await internet.counts()).web.sites.unknown).toBeGreaterThan(0)
  })
})
