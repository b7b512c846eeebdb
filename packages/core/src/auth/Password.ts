import { type Brand, Redacted, Result, Schema } from "effect"
import * as common from "./commonPasswords.ts"

/** In characters, after normalisation. Length is what makes a password hard to guess; nothing is said about its letters. */
export const minLength = 15
/** Long enough for any sentence. */
export const maxLength = 256
/**
 * In UTF-16 units, as typed: more than any accepted password takes, however its accents are spelt. Nothing longer is
 * normalised, which could make it 18 times as long and stop the process for seconds.
 */
export const longestTyped = 4_096

/** A password that passed the rules below. Only such a one is hashed. */
export type AcceptedPassword = Redacted.Redacted & Brand.Brand<"AcceptedPassword">

/** What is stored of a password, and the version of the pepper that went into it. */
export interface HashedPassword {
  readonly hash: Redacted.Redacted
  readonly pepperVersion: number
}

export const Weakness = Schema.Literals(["too_short", "too_long", "common", "own_name", "unchanged"])
export type Weakness = typeof Weakness.Type

const advice: Record<Weakness, string> = {
  too_short: `use at least ${minLength} characters: a few words will do`,
  too_long: `use at most ${maxLength} characters`,
  common: "this one is among the first that are guessed, choose another",
  unchanged: "this is the password you have",
  own_name: "this is little more than your name or address, choose another"
}

/** The password is not acceptable; the message says what would be, and never repeats it. */
export class WeakPassword extends Schema.TaggedError<WeakPassword>()("WeakPassword", { reason: Weakness }) {
  override get message() {
    return advice[this.reason]
  }
}

/**
 * Checks a new password against length, the common ones and the words its owner is known by (`about`: names, e-mail).
 * No rule about kinds of characters, on purpose (NIST SP 800-63B-4 3.1.1.2).
 */
export const accept = (
  password: Redacted.Redacted,
  about: ReadonlyArray<string>
): Result.Result<AcceptedPassword, WeakPassword> => {
  const typed = Redacted.value(password)
  const reason = typed.length > longestTyped ? "too_long" : weakness(normalise(typed), about)
  return reason === null ? Result.succeed(proven(password)) : Result.fail(new WeakPassword({ reason }))
}

/** A password that has just proved to be the stored one may be hashed anew, however weak: its owner is logging in with it. */
export const proven = (password: Redacted.Redacted): AcceptedPassword =>
  // The brand has no runtime part: it says which of the two functions here let the password through.
  password as AcceptedPassword

/** One spelling per password, Unicode's NFKC: an é is the same from every keyboard (NIST SP 800-63B-4 3.1.1.2). */
export const normalise = (password: string): string => password.normalize("NFKC")

const weakness = (password: string, about: ReadonlyArray<string>): Weakness | null => {
  const length = [...password].length
  if (length < minLength) return "too_short"
  if (length > maxLength) return "too_long"
  const folded = password.toLowerCase()
  if (isCommon(folded)) return "common"
  return isOwnName(folded, about) ? "own_name" : null
}

/** Fewer different characters than this is one key held down, or two taken in turn. */
const fewestCharacters = 5

const isCommon = (folded: string): boolean => {
  const core = folded.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "")
  return (
    new Set(folded).size < fewestCharacters ||
    [folded, core].some((text) => text !== "" && (common.long.has(text) || isPutTogether(text, 0, [])))
  )
}

/** Spelled from one or two common pieces, repeated or not: `passwordpassword`, `qwerty123456qwerty`. Three words are a sentence. */
const isPutTogether = (text: string, at: number, used: ReadonlyArray<string>): boolean => {
  if (at === text.length) return true
  const known = used.find((piece) => text.startsWith(piece, at))
  if (known !== undefined && isPutTogether(text, at + known.length, used)) return true
  if (used.length === 2) return false
  for (let end = Math.min(text.length, at + longestPiece); end > at; end--) {
    const piece = text.slice(at, end)
    if (common.pieces.has(piece) && isPutTogether(text, end, [...used, piece])) return true
  }
  return false
}

const longestPiece = Math.max(...[...common.pieces].map((piece) => piece.length))

/** Letters and digits that must be left once own words are taken out: half of what a password needs. */
const ownRemainder = 8

const isOwnName = (folded: string, about: ReadonlyArray<string>): boolean => {
  const words = about
    .flatMap((text) =>
      text
        .normalize("NFKC")
        .toLowerCase()
        .split(/[^\p{L}\p{N}]+/u)
    )
    .filter((word) => word.length >= 4)
  const rest = [...words].sort((a, b) => b.length - a.length).reduce((text, word) => text.replaceAll(word, ""), folded)
  return rest !== folded && rest.replace(/[^\p{L}\p{N}]/gu, "").length < ownRemainder
}
