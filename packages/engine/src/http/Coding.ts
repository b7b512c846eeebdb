import {
  brotliDecompressSync,
  constants,
  gunzipSync,
  type InputType,
  inflateRawSync,
  inflateSync,
  zstdDecompressSync
} from "node:zlib"
import { type Fault, fault } from "./Fault.ts"
import type { Limits } from "./Limits.ts"

/**
 * Undoes the content codings of a body (RFC 9110 8.4): gzip, deflate with and without its wrapper, br and zstd, the
 * last applied first. A stream that ends early gives what it held; more than the limits allow is a fault.
 *
 * In this thread: a page takes 0.1 ms, and a visit to the thread pool costs as much.
 */
export const decode = (body: Uint8Array, contentEncoding: string, limits: Limits): Uint8Array | Fault => {
  const codings = contentEncoding
    .toLowerCase()
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "identity")
  if (codings.length > limits.layers) return fault("Error", `${codings.length} content codings over one another`)
  const most = Math.min(limits.decodedBytes, Math.max(limits.ratioFrom, body.length * limits.ratio))
  let bytes = body
  for (const coding of codings.reverse()) {
    const undo = Object.hasOwn(undoing, coding) ? undoing[coding] : undefined
    if (undo === undefined) return fault("Error", `content coding "${coding.slice(0, 40)}" is not known`)
    // An empty body under a coding: answers to what has no body say so, and mean nothing by it.
    if (bytes.length === 0) return bytes
    try {
      bytes = undo(bytes, most)
    } catch (error) {
      return isTooLarge(error)
        ? fault("Error", `${body.length} bytes of body unpack to more than ${most}`)
        : fault("Error", `the body is no ${coding}`)
    }
  }
  return bytes
}

type Undo = (bytes: InputType & Uint8Array, most: number) => Uint8Array

/** Output is gathered in pieces of this many bytes. */
const chunkSize = 64 * 1_024

const zlib = (most: number) => ({ maxOutputLength: most, chunkSize, finishFlush: constants.Z_SYNC_FLUSH })

const gzip: Undo = (bytes, most) => gunzipSync(bytes, zlib(most))

const undoing: Readonly<Record<string, Undo>> = {
  gzip,
  "x-gzip": gzip,
  // RFC 9110 8.4.1.2 means the zlib wrapper; some servers leave it out, and every browser reads both.
  deflate: (bytes, most) =>
    (bytes[0]! & 0x0f) === 8 && ((bytes[0]! << 8) | (bytes[1] ?? 0)) % 31 === 0
      ? inflateSync(bytes, zlib(most))
      : inflateRawSync(bytes, zlib(most)),
  br: (bytes, most) =>
    brotliDecompressSync(bytes, {
      maxOutputLength: most,
      chunkSize,
      finishFlush: constants.BROTLI_OPERATION_FLUSH
    }),
  zstd: (bytes, most) =>
    zstdDecompressSync(bytes, { maxOutputLength: most, chunkSize, finishFlush: constants.ZSTD_e_flush })
}

const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE"
