import { Context, Effect, Fiber } from "effect"
import { HttpServerRequest } from "effect/http"
import { BodyTooLarge, BodyTooSlow, InvalidRequest, UnsupportedMediaType } from "./problem/errors.ts"
import { Settings } from "./Settings.ts"

/** The bytes that the body of an endpoint may have: a megabyte, if it says nothing. No campaign, persona or keyword set is near it. */
export const MostBytes = Context.Reference<number>("@domainflow/http-adapter/MostBytes", {
  defaultValue: () => 1_000_000
})

/** Where a body holds an address and a few secrets. The longest of them, with each character escaped, stay below it. */
export const smallBytes = 16_000

/** Keys of one object. The widest object that is known here has some dozens. */
const mostKeys = 1_000
/** Entries of one list: rules, names, roles. */
const mostEntries = 10_000
/** Lists and objects inside one another. What is deeper is nothing that a schema here describes, nor one that PostgreSQL keeps. */
const mostLevels = 64

/**
 * Reads the body within its bounds; the request keeps it for whoever decodes it. What is wide or deep beyond reason is
 * refused before any schema sees it: schemas tell of everything that is wrong, and a megabyte of unknown keys took seconds.
 */
export const read = Effect.fnUntraced(function* (expected: ReadonlyArray<string>, maxBytes: number) {
  const request = yield* HttpServerRequest.HttpServerRequest
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase()
  if (type !== undefined && !expected.includes(type)) return yield* new UnsupportedMediaType({ expected })
  const { bodyTimeout } = yield* Settings
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) return yield* new BodyTooLarge({ maxBytes })
  // Breaking off the reading would break off the connection, and nobody could be told why: it ends with the connection,
  // which is closed once the answer is out.
  const reading = yield* Effect.forkDetach(request.text)
  const text = yield* Effect.timeoutOrElse(Fiber.join(reading), {
    duration: bodyTimeout,
    orElse: () => Effect.fail(new BodyTooSlow())
  })
  const message = excess(text)
  if (message !== null) return yield* new InvalidRequest({ errors: [{ path: "body", message }] })
})

/** What a text of JSON has too much of; null if nothing. Reads each character once, and stops where it is too much. */
export const excess = (json: string): string | null => {
  // Of each level that is open: the commas seen in it, and what it is.
  const commas: Array<number> = []
  const isObject: Array<boolean> = []
  for (let at = 0; at < json.length; at++) {
    switch (json.charCodeAt(at)) {
      case quote:
        at = endOfString(json, at)
        break
      case openObject:
      case openList:
        if (commas.length === mostLevels) return `is nested more than ${mostLevels} levels deep`
        commas.push(0)
        isObject.push(json.charCodeAt(at) === openObject)
        break
      case closeObject:
      case closeList:
        commas.pop()
        isObject.pop()
        break
      case comma: {
        const level = commas.length - 1
        if (level < 0) break
        const members = ++commas[level]! + 1
        if (isObject[level]! && members > mostKeys) return `has an object of more than ${mostKeys} keys`
        if (members > mostEntries) return `has a list of more than ${mostEntries} entries`
      }
    }
  }
  return null
}

/** Where the quote is that ends what begins at this one; the end of the text if there is none. */
const endOfString = (json: string, start: number): number => {
  let end = json.indexOf('"', start + 1)
  while (end !== -1 && isEscaped(json, end)) end = json.indexOf('"', end + 1)
  return end === -1 ? json.length : end
}

/** An odd number of backslashes before it. */
const isEscaped = (json: string, at: number): boolean => {
  let start = at
  while (json.charCodeAt(start - 1) === backslash) start--
  return (at - start) % 2 === 1
}

const quote = 0x22
const comma = 0x2c
const openList = 0x5b
const backslash = 0x5c
const closeList = 0x5d
const openObject = 0x7b
const closeObject = 0x7d
