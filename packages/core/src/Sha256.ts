/**
 * SHA-256 (FIPS 180-4) without waiting.
 *
 * The platform's own digest answers from another thread: for the hash of a session's token, asked for at every request, the
 * way there and back costs many times the hash. For long texts use `crypto.subtle`.
 */
export const hex = (text: string): string => {
  const bytes = padded(utf8.encode(text))
  const blocks = new DataView(bytes.buffer)
  const state = Int32Array.from(initial)
  for (let at = 0; at < bytes.length; at += 64) compress(state, blocks, at)
  let spelled = ""
  for (const word of state) spelled += (word >>> 0).toString(16).padStart(8, "0")
  return spelled
}

const utf8 = new TextEncoder()

/** With a one bit, zeros, and the length in bits as 64 bits (5.1.1). */
const padded = (message: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(Math.ceil((message.length + 9) / 64) * 64)
  bytes.set(message)
  bytes[message.length] = 0x80
  new DataView(bytes.buffer).setBigUint64(bytes.length - 8, BigInt(message.length) * 8n)
  return bytes
}

/** One block (6.2.2). */
const compress = (state: Int32Array, blocks: DataView, from: number): void => {
  for (let t = 0; t < 16; t++) w[t] = blocks.getInt32(from + 4 * t)
  for (let t = 16; t < 64; t++) {
    const x = w[t - 15]!
    const y = w[t - 2]!
    const s0 = turned(x, 7) ^ turned(x, 18) ^ (x >>> 3)
    const s1 = turned(y, 17) ^ turned(y, 19) ^ (y >>> 10)
    w[t] = (w[t - 16]! + s0 + w[t - 7]! + s1) | 0
  }
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let d = state[3]!
  let e = state[4]!
  let f = state[5]!
  let g = state[6]!
  let h = state[7]!
  for (let t = 0; t < 64; t++) {
    const t1 = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + constants[t]! + w[t]!) | 0
    const t2 = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  state[0] = state[0]! + a
  state[1] = state[1]! + b
  state[2] = state[2]! + c
  state[3] = state[3]! + d
  state[4] = state[4]! + e
  state[5] = state[5]! + f
  state[6] = state[6]! + g
  state[7] = state[7]! + h
}

/** The message schedule of the block in hand. */
const w = new Int32Array(64)

const turned = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits))

/** The first 32 bits of the fractions of roots of the first primes: cube roots, and square ones to begin with (4.2.2, 5.3.3). */
const [constants, initial] = (() => {
  const primes: Array<number> = []
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n)
  const fraction = (root: number) => Math.floor((root - Math.floor(root)) * 2 ** 32)
  return [
    Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)) | 0),
    Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)) | 0)
  ]
})()
