import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib"

/** How a body is wrapped for the road. */
export const encodings = ["identity", "gzip", "br", "deflate", "raw-deflate", "zstd", "gzip, br"] as const
export type Encoding = (typeof encodings)[number]

/** What the Content-Encoding header says; `raw-deflate` lies about its wrapper, as some servers do. */
export const headerOf: Record<Encoding, string | null> = {
  identity: null,
  gzip: "gzip",
  br: "br",
  deflate: "deflate",
  "raw-deflate": "deflate",
  zstd: "zstd",
  "gzip, br": "gzip, br"
}

export const wrap: Record<Encoding, (body: Buffer) => Buffer> = {
  identity: (body) => body,
  gzip: (body) => gzipSync(body, fast),
  br: (body) => brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
  deflate: (body) => deflateSync(body, fast),
  "raw-deflate": (body) => deflateRawSync(body, fast),
  zstd: (body) => zstdCompressSync(body),
  "gzip, br": (body) => wrap.br(wrap.gzip(body))
}

/** `encoding` if the client takes every coding in it (RFC 9110 12.5.3), else none. */
export const accepted = (encoding: Encoding, acceptEncoding: string | undefined): Encoding => {
  const offered = new Set((acceptEncoding ?? "").split(",").map((item) => item.trim().split(";")[0]))
  return (headerOf[encoding] ?? "")
    .split(", ")
    .every((coding) => coding === "" || offered.has(coding) || offered.has("*"))
    ? encoding
    : "identity"
}

/** A busy server's choice: most of the gain for a little of the time. */
const fast = { level: 1 }
