/**
 * An authority of our own, made anew at each start, and certificates for any name the moment somebody asks for it.
 *
 * A wildcard such as `*.com` is refused by every client (RFC 6125 6.4.3), so each name has a certificate of its own; all of
 * them share one key, which leaves one signature to make per name.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto"
import { createSecureContext, type SecureContext } from "node:tls"
import type { Certificate } from "./Site.ts"

export interface Certificates {
  /** What a client must trust, in PEM. */
  readonly authority: string
  readonly contextFor: (name: string, certificate: Certificate) => SecureContext
  /** The same in PEM. */
  readonly pairFor: (name: string, certificate: Certificate) => { readonly key: string; readonly cert: string }
}

export const make = (): Certificates => {
  const authority = party("Loopback Internet Root")
  const host = party("Loopback host")
  const root = pem(certify(authority, authority, null, valid))
  const spell: Record<Certificate, (name: string) => Buffer> = {
    good: (name) => certify(authority, host, name, valid),
    expired: (name) => certify(authority, host, name, [2019, 2020]),
    notYetValid: (name) => certify(authority, host, name, [2110, 2120]),
    selfSigned: (name) => certify(host, host, name, valid),
    wrongHost: () => certify(authority, host, "another-customer.example", valid)
  }
  const key = host.privateKey.export({ type: "pkcs8", format: "pem" }).toString()
  const pairFor: Certificates["pairFor"] = (name, certificate) => ({ key, cert: pem(spell[certificate](name)) })
  const contexts = new Map<string, SecureContext>()
  return {
    authority: root,
    pairFor,
    contextFor: (name, certificate) => {
      const id = `${certificate} ${name}`
      const known = contexts.get(id)
      if (known !== undefined) return known
      const context = createSecureContext(pairFor(name, certificate))
      if (contexts.size >= kept) contexts.delete(contexts.keys().next().value!)
      contexts.set(id, context)
      return context
    }
  }
}

/** Contexts kept for names that come back, as `www` and the landing pages do. */
const kept = 32

/** From and until the first of January of these years. */
type Years = readonly [from: number, until: number]
const valid: Years = [2020, 2120]

interface Party {
  readonly name: Buffer
  readonly privateKey: KeyObject
  readonly spki: Buffer
  /** SHA-1 of the public point (RFC 5280 4.2.1.2). */
  readonly id: Buffer
}

const party = (name: string): Party => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const spki = publicKey.export({ type: "spki", format: "der" })
  return { name: commonName(name), privateKey, spki, id: createHash("sha1").update(spki.subarray(-65)).digest() }
}

/** An X.509 v3 certificate in DER (RFC 5280 4.1), signed with ECDSA and SHA-256; without a host it is an authority's. */
const certify = (issuer: Party, subject: Party, host: string | null, years: Years): Buffer => {
  const use =
    host === null
      ? [
          extension("551d13", sequence(tagged(0x01, Buffer.of(0xff))), true),
          extension("551d0f", bits(Buffer.of(0x06), 1), true) // signs certificates and revocations
        ]
      : [
          extension("551d13", sequence(), true),
          extension("551d0f", bits(Buffer.of(0x80), 7), true), // signs
          extension("551d25", sequence(oid("2b06010505070301"))), // serves
          extension("551d11", sequence(tagged(0x82, Buffer.from(host, "latin1"))))
        ]
  const keys = [extension("551d0e", octets(subject.id)), extension("551d23", sequence(tagged(0x80, issuer.id)))]
  const signed = sequence(
    tagged(0xa0, tagged(0x02, Buffer.of(2))),
    tagged(0x02, serial()),
    ecdsaWithSha256,
    issuer.name,
    sequence(...years.map(newYear)),
    subject.name,
    subject.spki,
    tagged(0xa3, sequence(...keys, ...use))
  )
  return sequence(signed, ecdsaWithSha256, bits(sign("sha256", signed, issuer.privateKey), 0))
}

/** UTCTime until 2049, GeneralizedTime from then on (RFC 5280 4.1.2.5). */
const newYear = (year: number): Buffer =>
  year < 2050
    ? tagged(0x17, Buffer.from(`${year % 100}0101000000Z`, "latin1"))
    : tagged(0x18, Buffer.from(`${year}0101000000Z`, "latin1"))

/** A positive number of 127 bits at most, without leading zeros. */
const serial = () => {
  const number = randomBytes(16)
  number[0] = (number[0]! & 0x7f) | 0x40
  return number
}

const tagged = (tag: number, ...parts: ReadonlyArray<Uint8Array>): Buffer => {
  const content = Buffer.concat(parts)
  const length =
    content.length < 0x80
      ? [content.length]
      : content.length < 0x100
        ? [0x81, content.length]
        : [0x82, content.length >>> 8, content.length & 255]
  return Buffer.concat([Buffer.of(tag, ...length), content])
}
const sequence = (...parts: ReadonlyArray<Uint8Array>) => tagged(0x30, ...parts)
const octets = (content: Uint8Array) => tagged(0x04, content)
const bits = (content: Uint8Array, unused: number) => tagged(0x03, Buffer.of(unused), content)
const oid = (hex: string) => tagged(0x06, Buffer.from(hex, "hex"))
const commonName = (text: string) => sequence(tagged(0x31, sequence(oid("550403"), tagged(0x0c, Buffer.from(text)))))
const extension = (id: string, value: Buffer, critical = false) =>
  sequence(oid(id), ...(critical ? [tagged(0x01, Buffer.of(0xff))] : []), octets(value))
const ecdsaWithSha256 = sequence(oid("2a8648ce3d040302"))

const pem = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString("base64").replace(/.{64}(?=.)/g, "$&\n")}\n-----END CERTIFICATE-----\n`
