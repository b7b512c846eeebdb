/** Bodies that are no pages. */
import { constants, crc32, deflateRawSync, deflateSync } from "node:zlib"

/** A picture of one pixel, a document, an archive: the first octets of each tell a reader what it is. */
export const binaries: ReadonlyArray<{ readonly type: string; readonly body: Buffer }> = [
  { type: "image/png", body: png() },
  {
    type: "application/pdf",
    body: Buffer.from("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog>>\nendobj\n%%EOF\n", "latin1")
  },
  { type: "application/zip", body: Buffer.from(`504b0506${"00".repeat(18)}`, "hex") },
  { type: "image/x-icon", body: Buffer.from("00000100010010100000010020006804000016000000", "hex") }
]

/** The decoded size of the bomb, in octets. */
export const bombOctets = 200 * 1024 * 1024

/** The CRC-32 of as many zeros: counting them takes a tenth of a second, in which no other name would be answered. */
const bombChecksum = 0x534f0861

/**
 * gzip of `bombOctets` zeros in 200 kB: one compressed megabyte, repeated as it is.
 *
 * Made on first use and kept; zeros are never held but for the one megabyte.
 */
export const bomb = (): Buffer => {
  made ??= makeBomb()
  return made
}
let made: Buffer | undefined

const makeBomb = (): Buffer => {
  const zeros = Buffer.alloc(1024 * 1024)
  const block = deflateRawSync(zeros, { level: 9, finishFlush: constants.Z_FULL_FLUSH })
  const times = bombOctets / zeros.length
  const trailer = Buffer.alloc(10)
  trailer.set([3, 0]) // the empty last block
  trailer.writeUInt32LE(bombChecksum, 2)
  trailer.writeUInt32LE(bombOctets, 6)
  return Buffer.concat([Buffer.from("1f8b0800000000000003", "hex"), ...Array<Buffer>(times).fill(block), trailer])
}

/** One megabyte of header fields. */
export const hugeHeaders = (): Record<string, string> =>
  Object.fromEntries(Array.from({ length: 128 }, (_, index) => [`x-filler-${index}`, "f".repeat(8 * 1024)]))

function png(): Buffer {
  const chunk = (type: string, content: Buffer) => {
    const named = Buffer.concat([Buffer.from(type, "latin1"), content])
    const frame = Buffer.alloc(8)
    frame.writeUInt32BE(content.length)
    frame.writeUInt32BE(crc32(named), 4)
    return Buffer.concat([frame.subarray(0, 4), named, frame.subarray(4)])
  }
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", Buffer.from("00000001000000010800000000", "hex")),
    chunk("IDAT", deflateSync(Buffer.from([0, 128]))),
    chunk("IEND", Buffer.alloc(0))
  ])
}
