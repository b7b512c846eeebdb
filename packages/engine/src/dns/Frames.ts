import { uint16 } from "./Wire.ts"

/** Two octets of length and the longest message they can announce. */
const longestFrame = 2 + 65_535

/** Cuts a stream of octets into messages (RFC 1035 4.2.2), wherever the network cut it. */
export class Frames {
  /** The beginning of a message whose end is still to come. */
  private readonly begun = new Uint8Array(longestFrame)
  private size = 0

  /** Tells every message that is whole now. The octets are those of `chunk` where possible: read them at once. */
  push(chunk: Uint8Array, tell: (packet: Uint8Array, start: number, end: number) => void): void {
    let at = 0
    if (this.size > 0) {
      at = this.fill(chunk, at, 2)
      if (this.size < 2) return
      const whole = 2 + uint16(this.begun, 0)
      at = this.fill(chunk, at, whole)
      if (this.size < whole) return
      this.size = 0
      tell(this.begun, 2, whole)
    }
    while (chunk.length - at >= 2) {
      const end = at + 2 + uint16(chunk, at)
      if (end > chunk.length) break
      tell(chunk, at + 2, end)
      at = end
    }
    this.fill(chunk, at, longestFrame)
  }

  /** Takes from `chunk` until `size` octets are kept; answers where the rest of it begins. */
  private fill(chunk: Uint8Array, at: number, size: number): number {
    const end = Math.min(chunk.length, at + Math.max(0, size - this.size))
    if (end > at) this.begun.set(chunk.subarray(at, end), this.size)
    this.size += end - at
    return end
  }
}
