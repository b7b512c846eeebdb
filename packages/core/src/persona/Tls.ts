import { Schema } from "effect"

/** Versions of TLS a persona may speak, oldest first. */
export const TlsVersion = Schema.Literals(["TLS10", "TLS11", "TLS12", "TLS13"])
export type TlsVersion = typeof TlsVersion.Type

/** Older before newer: for comparing. */
export const tlsAge: Record<TlsVersion, number> = { TLS10: 0, TLS11: 1, TLS12: 2, TLS13: 3 }

/**
 * Cipher suites by their registered names (IANA TLS parameters) and what OpenSSL calls them. Those without
 * authentication, with export keys, RC4 or triple DES are not here: no library of ours speaks them any more.
 */
export const cipherSuites: Readonly<Record<string, string>> = {
  TLS_AES_128_GCM_SHA256: "TLS_AES_128_GCM_SHA256",
  TLS_AES_256_GCM_SHA384: "TLS_AES_256_GCM_SHA384",
  TLS_CHACHA20_POLY1305_SHA256: "TLS_CHACHA20_POLY1305_SHA256",
  TLS_AES_128_CCM_SHA256: "TLS_AES_128_CCM_SHA256",
  TLS_AES_128_CCM_8_SHA256: "TLS_AES_128_CCM_8_SHA256",
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: "ECDHE-ECDSA-AES128-GCM-SHA256",
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: "ECDHE-RSA-AES128-GCM-SHA256",
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: "ECDHE-ECDSA-AES256-GCM-SHA384",
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: "ECDHE-RSA-AES256-GCM-SHA384",
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-ECDSA-CHACHA20-POLY1305",
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-RSA-CHACHA20-POLY1305",
  // The names Go had for the two before they were registered.
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305: "ECDHE-ECDSA-CHACHA20-POLY1305",
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305: "ECDHE-RSA-CHACHA20-POLY1305",
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256: "ECDHE-ECDSA-AES128-SHA256",
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256: "ECDHE-RSA-AES128-SHA256",
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384: "ECDHE-ECDSA-AES256-SHA384",
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384: "ECDHE-RSA-AES256-SHA384",
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: "ECDHE-ECDSA-AES128-SHA",
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: "ECDHE-RSA-AES128-SHA",
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: "ECDHE-ECDSA-AES256-SHA",
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: "ECDHE-RSA-AES256-SHA",
  TLS_DHE_RSA_WITH_AES_128_GCM_SHA256: "DHE-RSA-AES128-GCM-SHA256",
  TLS_DHE_RSA_WITH_AES_256_GCM_SHA384: "DHE-RSA-AES256-GCM-SHA384",
  TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256: "DHE-RSA-CHACHA20-POLY1305",
  TLS_DHE_RSA_WITH_AES_128_CBC_SHA256: "DHE-RSA-AES128-SHA256",
  TLS_DHE_RSA_WITH_AES_256_CBC_SHA256: "DHE-RSA-AES256-SHA256",
  TLS_DHE_RSA_WITH_AES_128_CBC_SHA: "DHE-RSA-AES128-SHA",
  TLS_DHE_RSA_WITH_AES_256_CBC_SHA: "DHE-RSA-AES256-SHA",
  TLS_RSA_WITH_AES_128_GCM_SHA256: "AES128-GCM-SHA256",
  TLS_RSA_WITH_AES_256_GCM_SHA384: "AES256-GCM-SHA384",
  TLS_RSA_WITH_AES_128_CBC_SHA256: "AES128-SHA256",
  TLS_RSA_WITH_AES_256_CBC_SHA256: "AES256-SHA256",
  TLS_RSA_WITH_AES_128_CBC_SHA: "AES128-SHA",
  TLS_RSA_WITH_AES_256_CBC_SHA: "AES256-SHA"
}

/** Key exchange groups by the names in use (RFC 8446, NIST, Go, OpenSSL) and what OpenSSL calls them. */
export const curves: Readonly<Record<string, string>> = {
  X25519: "X25519",
  x25519: "X25519",
  X448: "X448",
  x448: "X448",
  X25519MLKEM768: "X25519MLKEM768",
  P256: "P-256",
  "P-256": "P-256",
  CurveP256: "P-256",
  secp256r1: "P-256",
  prime256v1: "P-256",
  P384: "P-384",
  "P-384": "P-384",
  CurveP384: "P-384",
  secp384r1: "P-384",
  P521: "P-521",
  "P-521": "P-521",
  CurveP521: "P-521",
  secp521r1: "P-521"
}

const openssl = new Set(Object.values(cipherSuites))

/** What OpenSSL calls a suite that is given by its registered name or by OpenSSL's own; undefined for any other. */
export const cipherName = (suite: string): string | undefined =>
  Object.hasOwn(cipherSuites, suite) ? cipherSuites[suite] : openssl.has(suite) ? suite : undefined

/** TLS 1.3 has suites of its own: the others mean nothing to it, nor its to older versions (RFC 8446 B.4). */
export const isOfTls13 = (suite: string): boolean => cipherName(suite)?.startsWith("TLS_") ?? false

/** What OpenSSL calls a group; undefined for one we do not know. */
export const curveName = (curve: string): string | undefined =>
  Object.hasOwn(curves, curve) ? curves[curve] : undefined
