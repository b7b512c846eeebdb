/** What a fetch may cost. Chosen by reasoning about memory rather than measured: pages are kB, attacks are GB. */
export interface Limits {
  /** Bytes of a body on the wire. */
  readonly wireBytes: number
  /** Bytes of a body after its content codings. */
  readonly decodedBytes: number
  /** Decoded bytes for one on the wire, asked only of bodies over `ratioFrom`. */
  readonly ratio: number
  /** Decoded bytes up to which any ratio will do: a short page of blanks packs a thousandfold. */
  readonly ratioFrom: number
  /** Content codings, one over the other. */
  readonly layers: number
  /** Bytes of header names and values. */
  readonly headerBytes: number
  /** Redirects followed for one name. */
  readonly redirects: number
  /** Addresses of a host that are tried. */
  readonly addresses: number
}

const mebibyte = 1_024 * 1_024

export const defaults: Limits = {
  wireBytes: 16 * mebibyte,
  decodedBytes: 16 * mebibyte,
  ratio: 100,
  ratioFrom: 6 * mebibyte,
  layers: 3,
  headerBytes: 64 * 1_024,
  redirects: 10,
  addresses: 4
}
