import type { Document } from "../pages/Pages.ts"
import type { Encoding } from "./Encoding.ts"

/** What a server does with one request. */
export type Reply = Shown | Redirect | Bytes | Odd

/** A page. */
export interface Shown {
  readonly _tag: "Shown"
  readonly status: number
  readonly document: Document
  readonly encoding: Encoding
  /** Thinks so long before the first octet. */
  readonly delayMillis: number
  /** Sends the body in so many pieces, a moment apart. */
  readonly pieces: number
}

export interface Redirect {
  readonly _tag: "Redirect"
  readonly status: 301 | 302 | 303 | 307 | 308
  readonly location: string
}

/** A body that is no page. */
export interface Bytes {
  readonly _tag: "Bytes"
  readonly status: number
  readonly type: string | null
  readonly body: Buffer
}

/** What goes wrong on the road rather than in the answer. */
export interface Odd {
  readonly _tag: "Silence" | "Reset" | "CutOff" | "Bomb" | "HugeHeaders" | "BadGzip" | "NotHttp"
}
