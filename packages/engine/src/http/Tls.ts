import { isIP, type Socket } from "node:net"
import tls, { type SecureContext, type SecureVersion, type TLSSocket } from "node:tls"
import type { HttpPersona } from "@domainflow/core/persona/HttpPersona"
import { cipherName, curveName, isOfTls13, type TlsVersion, tlsAge } from "@domainflow/core/persona/Tls"

/** How TLS is spoken, worked out once: a context takes milliseconds to make, handshakes share it. */
export interface Tls {
  /** Speaks TLS over `socket` as a client of `host`. The handshake is under way when this returns. */
  readonly over: (socket: Socket, host: string) => TLSSocket
}

/** As the platform does by itself. `ca`: certificates trusted beside its own, in PEM. */
export const usual = (ca: ReadonlyArray<string> = []): Tls => over(tls.createSecureContext(trusting(ca)), ["http/1.1"])

/** The same, made when it is first asked for: to many nobody speaks TLS. */
export const usualOnDemand = (ca?: ReadonlyArray<string>): (() => Tls) => {
  let made: Tls | undefined
  return () => {
    made ??= usual(ca)
    return made
  }
}

/** As a persona does. */
export const make = (persona: HttpPersona, ca: ReadonlyArray<string> = []): Tls =>
  over(contextOf(persona.tlsClientHello, ca), persona.http2Settings.enabled ? ["h2", "http/1.1"] : ["http/1.1"])

const over = (secureContext: SecureContext, ALPNProtocols: Array<string>): Tls => ({
  over: (socket, host) => {
    const secured: TLSSocket = tls.connect({
      socket,
      secureContext,
      ALPNProtocols,
      // RFC 6066 3 has no names for addresses.
      servername: isIP(host) === 0 ? host : "",
      checkServerIdentity: () => misnamed(secured, host)
    })
    // Node would spell the whole chain out as objects for `checkServerIdentity`: a sixth of a fetch by TLS.
    secured.getPeerCertificate = unread
    return secured
  }
})

const trusting = (ca: ReadonlyArray<string>) =>
  ca.length === 0 ? {} : { ca: [...tls.getCACertificates("default"), ...ca] }

// Only the types promise the fields of a certificate; what Node reads of it goes to the check above, which does not look.
const unread = (() => ({})) as TLSSocket["getPeerCertificate"]

/** RFC 6125 6.4, by OpenSSL: whole-label wildcards, and the common name only where no other name is given. */
const misnamed = (socket: TLSSocket, host: string): Error | undefined => {
  const certificate = socket.getPeerX509Certificate()
  const name = isIP(host) === 0 ? certificate?.checkHost(host, { partialWildcards: false }) : certificate?.checkIP(host)
  if (name !== undefined) return undefined
  return Object.assign(new Error("the certificate is for another name"), { code: "ERR_TLS_CERT_ALTNAME_INVALID" })
}

const versions: Record<TlsVersion, SecureVersion> = {
  TLS10: "TLSv1",
  TLS11: "TLSv1.1",
  TLS12: "TLSv1.2",
  TLS13: "TLSv1.3"
}

const contextOf = (hello: HttpPersona["tlsClientHello"], ca: ReadonlyArray<string>): SecureContext => {
  const isOld = (version: TlsVersion | null) => version !== null && tlsAge[version] < tlsAge.TLS12
  const least = hello.minVersion ?? (isOld(hello.maxVersion) ? "TLS10" : null)
  // Node leaves 1.3 and its own suites in where a list has none of them.
  const most =
    hello.maxVersion ?? (hello.cipherSuites.some(isOfTls13) || hello.cipherSuites.length === 0 ? null : "TLS12")
  // The schema has refused names that either does not know.
  const suites = hello.cipherSuites.flatMap((suite) => cipherName(suite) ?? [])
  const groups = hello.curvePreferences.flatMap((curve) => curveName(curve) ?? []).filter(isKnownHere)
  const ciphers = suites.length > 0 ? suites.join(":") : isOld(least) ? tls.DEFAULT_CIPHERS : undefined
  return tls.createSecureContext({
    ...(least === null ? {} : { minVersion: versions[least] }),
    ...(most === null ? {} : { maxVersion: versions[most] }),
    // OpenSSL 3 speaks versions before 1.2 only at level 0: they sign with SHA-1.
    ...(ciphers === undefined ? {} : { ciphers: isOld(least) ? `${ciphers}:@SECLEVEL=0` : ciphers }),
    ...(groups.length === 0 ? {} : { ecdhCurve: [...new Set(groups)].join(":") }),
    ...trusting(ca)
  })
}

/** Whether the OpenSSL of this Node has the group: hybrids such as X25519MLKEM768 came with 3.5, and whoever stored the persona had it. */
const isKnownHere = (group: string): boolean => {
  try {
    tls.createSecureContext({ ecdhCurve: group })
    return true
  } catch {
    return false
  }
}
