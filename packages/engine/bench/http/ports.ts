/** 8443 is one of the two ports to which clients speak TLS, and needs no privilege. */
export const ports = { plain: 8080, secure: 8443 } as const
