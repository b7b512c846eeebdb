import type { HttpStatus } from "@domainflow/core/http/HttpVerdict"

/** Why a fetch brought no page. It becomes the verdict: a fault is an answer too, and never thrown. */
export interface Fault {
  readonly _tag: "Fault"
  readonly status: Extract<HttpStatus, "Unreachable" | "DNSError" | "Timeout" | "ProxyError" | "Error">
  /** In words, without secrets. */
  readonly reason: string
  /** The same question, asked again, may be answered: the road was at fault rather than the site. */
  readonly transient: boolean
  /** Another address or port of the same host may do better: this one was never spoken to. */
  readonly isClosedDoor: boolean
}

export const fault = (status: Fault["status"], reason: string, transient = false): Fault => ({
  _tag: "Fault",
  status,
  reason,
  transient,
  isClosedDoor: status === "Unreachable"
})

/** What a broken connection comes to. `during` says what was being done, such as `connecting to 192.0.2.1:443`. */
export const broken = (error: unknown, during: string): Fault => {
  const { code, message } = described(error)
  const [status, words, transient] = known[code] ?? byFamily(code, message)
  return fault(status, `${words} ${during}`, transient)
}

/** What a broken handshake comes to. OpenSSL has codes without number for what may be wrong with a certificate. */
export const brokenHandshake = (error: unknown, during: string): Fault => {
  const { code, message } = described(error)
  const [status, words, transient] = known[code] ?? tlsFailed(message)
  return fault(status, `${words} ${during}`, transient)
}

type Meaning = readonly [status: Fault["status"], words: string, transient: boolean]

/** By the codes of Node, OpenSSL and undici. */
const known: Readonly<Record<string, Meaning>> = {
  ECONNREFUSED: ["Unreachable", "refused", true],
  ECONNRESET: ["Unreachable", "reset", true],
  EPIPE: ["Unreachable", "reset", true],
  ETIMEDOUT: ["Unreachable", "no answer", true],
  EHOSTUNREACH: ["Unreachable", "no route", true],
  ENETUNREACH: ["Unreachable", "no route", true],
  EHOSTDOWN: ["Unreachable", "no route", true],
  ENETDOWN: ["Unreachable", "no route", true],
  // Ours, not the site's: a verdict on the site would be a lie.
  EMFILE: ["Error", "this process has too many files open", true],
  ENFILE: ["Error", "this machine has too many files open", true],
  EADDRNOTAVAIL: ["Error", "this machine has no port left", true],
  EADDRINUSE: ["Error", "this machine has no port left", true],
  ENOBUFS: ["Error", "this machine has no memory left for sockets", true],
  CERT_HAS_EXPIRED: ["Unreachable", "the certificate has expired", false],
  CERT_NOT_YET_VALID: ["Unreachable", "the certificate is not valid yet", false],
  DEPTH_ZERO_SELF_SIGNED_CERT: ["Unreachable", "the certificate is self-signed", false],
  SELF_SIGNED_CERT_IN_CHAIN: ["Unreachable", "the certificate's authority is not trusted", false],
  UNABLE_TO_GET_ISSUER_CERT: ["Unreachable", "the certificate's authority is not known", false],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ["Unreachable", "the certificate's authority is not known", false],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ["Unreachable", "the certificate's authority is not known", false],
  ERR_TLS_CERT_ALTNAME_INVALID: ["Unreachable", "the certificate is for another name", false],
  UND_ERR_SOCKET: ["Unreachable", "closed without an answer", true],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ["Unreachable", "the body ended early", true],
  UND_ERR_HEADERS_OVERFLOW: ["Error", "too many or too large headers", false]
}

const byFamily = (code: string, message: string): Meaning => {
  if (code.startsWith("HPE_")) return ["Error", `the answer is not HTTP (${tidy(message)})`, false]
  if (/^(?:ERR_SSL|ERR_TLS|CERT_|CRL_|EPROTO|.*_CERT)/.test(code)) return tlsFailed(message)
  if (code.startsWith("ERR_HTTP2_")) return ["Error", `HTTP/2 failed (${tidy(message)})`, true]
  return ["Error", `${code || "failed"} (${tidy(message)})`, true]
}

const described = (error: unknown): { readonly code: string; readonly message: string } => {
  if (!(error instanceof Error)) return { code: "", message: String(error) }
  return { code: "code" in error && typeof error.code === "string" ? error.code : "", message: error.message }
}

const tlsFailed = (message: string): Meaning => ["Unreachable", `TLS failed (${tls(message)})`, false]

/** OpenSSL says `…:error:0A000410:SSL routines:ssl3_read_bytes:ssl/tls alert handshake failure:../deps/…`: the words alone. */
const tls = (message: string): string => tidy(/SSL routines:[^:]*:([^:]+)/.exec(message)?.[1] ?? message)

const tidy = (message: string): string => message.replace(/\s+/g, " ").trim().slice(0, 160)
