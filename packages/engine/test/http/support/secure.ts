import type { TLSSocket, TlsOptions } from "node:tls"
import { make as makeCertificates } from "@domainflow/internet/web/Certificates"
import type { Certificate } from "@domainflow/internet/web/Site"
import { Effect } from "effect"
import { answer, page, serve } from "./server.ts"
import { ask, type Options, type Persona } from "./stage.ts"

export const certificates = makeCertificates()
export const ca = [certificates.authority]
export const port = 8443
export const html = page("We sell tea")

/** A server that has a certificate for `name`; `seen` hears of each connection by TLS. */
export const secure = (name: string, tls: TlsOptions = {}, certificate: Certificate = "good") => {
  const seen: Array<TLSSocket> = []
  const context = (host: string) => certificates.contextFor(name === "*" ? host : name, certificate)
  const SNICallback: TlsOptions["SNICallback"] = (host, done) => done(null, context(host))
  return Effect.map(
    serve(
      ({ socket }) => {
        seen.push(socket as TLSSocket) // the server was told to speak TLS
        return answer(200, html)
      },
      { port, tls: { SNICallback, ...tls } }
    ),
    (server) => ({ ...server, seen })
  )
}

/** Asks it, by who trusts the authority of its certificate. */
export const askBy = (
  server: { readonly address: string },
  settings: Persona = {},
  options: Options = {},
  name?: string
) => ask({ address: server.address, port }, settings, { ca, ...options }, name)
