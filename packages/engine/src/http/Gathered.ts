/**
 * Bytes as they come in, in one buffer that grows. Whoever has read them gives the buffer back with `release`: pages are
 * many and alike, and buffers made anew for each would be most of what the collector has to do.
 */
export class Gathered {
  #buffer: Buffer = empty
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Makes room for what was announced, as far as it is believed before it comes. */
  expect(length: number): void {
    this.#reserve(Math.min(length, believed))
  }

  add(chunk: Uint8Array): void {
    const end = this.#length + chunk.length
    if (end > this.#buffer.length) this.#reserve(Math.max(end, this.#buffer.length * 2))
    this.#buffer.set(chunk, this.#length)
    this.#length = end
  }

  /** A view: it holds until `release`. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  release(): void {
    if (this.#buffer.length === usual && spare.length < mostSpare) spare.push(this.#buffer)
    this.#buffer = empty
    this.#length = 0
  }

  #reserve(size: number): void {
    const next = size <= usual ? (spare.pop() ?? Buffer.allocUnsafeSlow(usual)) : Buffer.allocUnsafeSlow(size)
    next.set(this.#buffer.subarray(0, this.#length))
    const length = this.#length
    this.release()
    this.#buffer = next
    this.#length = length
  }
}

/** Holds most pages whole, as they come on the wire. */
const usual = 128 * 1_024
/** Announced lengths up to which room is made at once: a liar costs no more. */
const believed = 1_024 * 1_024
/** Buffers kept for the next pages, 8 MiB in all. */
const mostSpare = 64

const empty = Buffer.alloc(0)
const spare: Array<Buffer> = []
