import type { DnsFault } from "@domainflow/core/dns/DnsVerdict"

/** The codes that are answers: the name has what was asked for or has it not, or there is no such name. */
export const noError = 0
export const nxDomain = 3
/** What servers say that do not know EDNS (RFC 6891 7). */
export const formErr = 1
export const notImp = 4

/** The mnemonic of the registry that RFC 6895 2.3 opened. */
export const mnemonic = (rcode: number): string => mnemonics[rcode] ?? `RCODE${rcode}`

/** Any code but those of answers is the resolver's fault. */
export const fault = (rcode: number): DnsFault => (rcode === 2 ? "SERVFAIL" : rcode === 5 ? "REFUSED" : "Rcode")

const mnemonics: Readonly<Record<number, string>> = {
  0: "NOERROR",
  1: "FORMERR",
  2: "SERVFAIL",
  3: "NXDOMAIN",
  4: "NOTIMP",
  5: "REFUSED",
  6: "YXDOMAIN",
  7: "YXRRSET",
  8: "NXRRSET",
  9: "NOTAUTH",
  10: "NOTZONE",
  16: "BADVERS",
  23: "BADCOOKIE"
}
