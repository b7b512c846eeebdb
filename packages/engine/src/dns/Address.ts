/** Addresses as text, from the octets of a record. */

/** Four octets, such as `192.0.2.1`. */
export const readV4 = (packet: Uint8Array, at: number): string =>
  dotted[packet[at]!]! + dotted[packet[at + 1]!] + dotted[packet[at + 2]!] + packet[at + 3]!

/**
 * Sixteen octets in the one form of RFC 5952: lower case, the longest run of zero groups left out (the first of
 * equals, never a single group), IPv4 at the end where the address maps one.
 */
export const readV6 = (packet: Uint8Array, at: number): string => {
  for (let i = 0; i < 8; i++) groups[i] = (packet[at + 2 * i]! << 8) | packet[at + 2 * i + 1]!
  let from = -1
  let length = 1
  for (let i = 0; i < 8; i++) {
    let run = 0
    while (i + run < 8 && groups[i + run] === 0) run++
    if (run > length) {
      from = i
      length = run
    }
    i += run
  }
  if (from === 0 && length === 5 && groups[5] === 0xffff) return `::ffff:${readV4(packet, at + 12)}`
  let text = ""
  for (let i = 0; i < 8; i++) {
    if (i === from) {
      text += "::"
      i += length - 1
    } else {
      text += (i > 0 && i !== from + length ? ":" : "") + groups[i]!.toString(16)
    }
  }
  return text
}

const dotted = Array.from({ length: 256 }, (_, octet) => `${octet}.`)
const groups = new Uint16Array(8)
