/**
 * Where this internet stands: which loopback address plays which part.
 *
 * The parts are told apart by address, so that a port that is said to be closed is refused by the kernel itself.
 * Where only one address exists (macOS has 127.0.0.1 and no other), all parts share it and the servers reset the
 * connections that should have been refused: a client comes to the same verdict.
 */
export interface Network {
  /** Where the DNS server listens, UDP and TCP. */
  readonly resolver: { readonly address: string; readonly port: number }
  readonly ports: Ports
  readonly doors: Readonly<Record<Door, string>>
  /** Further addresses with both ports open, for names with several. */
  readonly mirrors: ReadonlyArray<string>
  /** The address of names that exist only by a wildcard, both ports open. */
  readonly asterisk: string
  /** `::1` where it can be listened on; names that need it have A records otherwise. */
  readonly ipv6: string | null
}

export interface Ports {
  readonly https: number
  readonly http: number
}

/** Which of a host's two ports answer. */
export type Door = "both" | "plain" | "secure" | "closed"

/** 8443 is one of the two ports that clients speak TLS to, and needs no privilege. */
export const ports: Ports = { https: 8443, http: 8080 }

/** Any address in 127/8 is local on Linux; each block is one network, so several internets live side by side. */
export const block = (second: number): Network => ({
  resolver: { address: `127.${second}.0.53`, port: 5300 },
  ports,
  doors: {
    both: `127.${second}.0.1`,
    plain: `127.${second}.0.2`,
    secure: `127.${second}.0.3`,
    closed: `127.${second}.0.4`
  },
  asterisk: `127.${second}.0.8`,
  mirrors: [5, 6, 7].map((last) => `127.${second}.0.${last}`),
  ipv6: "::1"
})

/** Everything on 127.0.0.1. */
export const single: Network = {
  resolver: { address: "127.0.0.1", port: 5300 },
  ports,
  doors: { both: "127.0.0.1", plain: "127.0.0.1", secure: "127.0.0.1", closed: "127.0.0.1" },
  asterisk: "127.0.0.1",
  mirrors: [],
  ipv6: "::1"
}
