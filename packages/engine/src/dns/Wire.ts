/**
 * Names and questions as octets: RFC 1035 4, RFC 6891 for EDNS. Nothing here throws, reads past `end`, or follows a
 * compression pointer that does not lead backwards. Offsets count from the start of the buffer; `start` is where the
 * message begins in it, which is what pointers count from.
 */

export const recordType = { A: 1, NS: 2, CNAME: 5, SOA: 6, AAAA: 28, OPT: 41 } as const
export type AddressType = typeof recordType.A | typeof recordType.AAAA

export const headerSize = 12
/** Octets of the longest name, the root's included (RFC 1035 2.3.4). */
const maxName = 255
/** An OPT record without options. */
const optSize = 11
/** Header, the longest name, its type and class, and an OPT record. */
export const maxQuestionSize = headerSize + maxName + 4 + optSize

/**
 * The answer we accept by UDP, in octets. What fits an Ethernet frame over IPv6 is never fragmented, and fragments are
 * how answers are lost and forged.
 */
const udpPayloadSize = 1_232

/**
 * Writes the question for the addresses of `name` at the start of `target`, recursion desired, and answers its length.
 * The id is left alone. `name` has labels of 1..63 octets and at most 253 in all; nothing is checked.
 */
export const writeQuestion = (target: Uint8Array, name: string, type: AddressType, edns: boolean): number => {
  target[2] = 0x01
  target[3] = 0
  target[4] = 0
  target[5] = 1
  target[6] = target[7] = target[8] = target[9] = target[10] = 0
  target[11] = edns ? 1 : 0
  let size = headerSize
  let at = headerSize + 1
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i)
    if (code === dot) {
      target[size] = at - size - 1
      size = at++
    } else {
      target[at++] = code
    }
  }
  target[size] = at - size - 1
  target[at++] = 0
  target[at++] = 0
  target[at++] = type
  target[at++] = 0
  target[at++] = 1
  if (!edns) return at
  target[at++] = 0
  target[at++] = 0
  target[at++] = recordType.OPT
  target[at++] = udpPayloadSize >> 8
  target[at++] = udpPayloadSize & 0xff
  for (const last = at + 6; at < last; at++) target[at] = 0
  return at
}

/** Turns the question that `writeQuestion` wrote into one for the other type of address. */
export const setType = (question: Uint8Array, type: AddressType): void => {
  question[questionEnd(question) - 3] = type
}

/** The offset after the type and class of a question that `writeQuestion` wrote. */
export const questionEnd = (question: Uint8Array): number => question.length - question[11]! * optSize

/**
 * What a message has to do with a question. `answer`: same question, letters in any case (RFC 5452 9.1).
 * `blank`: a fault without any question, as some servers answer what they did not read. `foreign`: anything else;
 * it must be passed over, for it may be forged. The id is the caller's to compare.
 */
export const relation = (
  question: Uint8Array,
  packet: Uint8Array,
  start: number,
  end: number
): "answer" | "blank" | "foreign" => {
  if (end - start < headerSize) return "foreign"
  // QR set, opcode 0.
  if ((packet[start + 2]! & 0xf8) !== 0x80 || packet[start + 4] !== 0) return "foreign"
  if (packet[start + 5] === 0) {
    const rcode = packet[start + 3]! & 0x0f
    return rcode !== 0 && rcode !== 3 ? "blank" : "foreign"
  }
  if (packet[start + 5] !== 1) return "foreign"
  // Lengths, type and class are no letters, so that one loop over all octets compares names in any case.
  const size = questionEnd(question)
  if (start + size > end) return "foreign"
  for (let at = headerSize; at < size; at++) {
    if (question[at] !== packet[start + at] && !sameLetter(question[at]!, packet[start + at]!)) return "foreign"
  }
  return "answer"
}

/** The offset after the name at `at`, or -1 where it is malformed: RFC 1035 3.1, 4.1.4. */
export const skipName = (packet: Uint8Array, start: number, end: number, at: number): number => {
  // The usual owner: a pointer to the question, which has been read already.
  if (packet[at] === 0xc0 && packet[at + 1] === headerSize && at + 2 <= end) return at + 2
  let after = -1
  let size = 1
  let segment = at
  for (let jumps = 0; at < end && size <= maxName && jumps <= maxJumps; ) {
    const label = packet[at]!
    if (label === 0) return after < 0 ? at + 1 : after
    if (label < 64) {
      at += label + 1
      size += label + 1
    } else {
      const target = pointer(packet, start, end, at, segment)
      if (target < 0) return -1
      if (after < 0) after = at + 2
      at = segment = target
      jumps++
    }
  }
  return -1
}

/** Whether two names that `skipName` accepts are the same, letters in any case. */
export const sameName = (packet: Uint8Array, start: number, a: number, b: number): boolean => {
  while (true) {
    a = labelAt(packet, start, a)
    b = labelAt(packet, start, b)
    if (a === b) return true
    const label = packet[a]!
    if (label !== packet[b]) return false
    if (label === 0) return true
    for (let i = 1; i <= label; i++) {
      if (packet[a + i] !== packet[b + i] && !sameLetter(packet[a + i]!, packet[b + i]!)) return false
    }
    a += label + 1
    b += label + 1
  }
}

/**
 * A name that `skipName` accepts, in lower case, without the last dot. Octets that are no letter, digit, hyphen or
 * underscore are written `\DDD` (RFC 1035 5.1), so that a dot inside a label stays apart from one between labels.
 */
export const readName = (packet: Uint8Array, start: number, at: number): string => {
  let name = ""
  while (true) {
    at = labelAt(packet, start, at)
    const label = packet[at]!
    if (label === 0) return name
    if (name !== "") name += "."
    for (let i = 1; i <= label; i++) name += letters[packet[at + i]!]
    at += label + 1
  }
}

export const uint16 = (packet: Uint8Array, at: number): number => (packet[at]! << 8) | packet[at + 1]!
export const uint32 = (packet: Uint8Array, at: number): number =>
  ((packet[at]! << 24) | (packet[at + 1]! << 16) | uint16(packet, at + 2)) >>> 0

const dot = 0x2e
/** Compression needs one jump a name. More cost the sender nothing and us time, so a name of many is malformed. */
const maxJumps = 16

/** The target of the pointer at `at`, or -1. It must lie before the segment it is in: so every chain ends. */
const pointer = (packet: Uint8Array, start: number, end: number, at: number, segment: number): number => {
  if (packet[at]! < 0xc0 || at + 2 > end) return -1
  const target = start + (uint16(packet, at) & 0x3fff)
  return target < segment && target >= start + headerSize ? target : -1
}

/** Follows the pointers of a name that `skipName` accepts until a label stands at the offset. */
const labelAt = (packet: Uint8Array, start: number, at: number): number => {
  while (packet[at]! >= 0xc0) at = start + (uint16(packet, at) & 0x3fff)
  return at
}

/** Letters that differ in case differ in the bit 0x20 and in nothing else. */
const sameLetter = (a: number, b: number): boolean => {
  const upper = a & 0xdf
  return (a ^ b) === 0x20 && upper >= 0x41 && upper <= 0x5a
}

const letters = Array.from({ length: 256 }, (_, code) => {
  const letter = String.fromCharCode(code)
  return /[a-z0-9_-]/i.test(letter) ? letter.toLowerCase() : `\\${String(code).padStart(3, "0")}`
})
