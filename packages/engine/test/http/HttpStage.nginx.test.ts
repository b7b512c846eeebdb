import { createHash } from "node:crypto"
import { make as makeCertificates } from "@domainflow/internet/web/Certificates"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { daemon, freePort, installed } from "./support/daemon.ts"
import { page } from "./support/server.ts"
import { ask, type Persona } from "./support/stage.ts"

const nginx = installed("nginx")
const certificates = makeCertificates()
const address = "127.73.0.1"

const html = page(`We sell tea. ${"All kinds of it. ".repeat(2_000)}`)

const run = (plain: number, ready: number) =>
  daemon({
    program: nginx!,
    port: ready,
    args: (folder) => ["-p", folder, "-c", `${folder}/nginx.conf`, "-e", `${folder}/error.log`],
    files: (folder) => {
      const { cert, key } = certificates.pairFor("shop.test", "good")
      return {
        "cert.pem": cert,
        "key.pem": key,
        "index.html": html,
        "nginx.conf": `
          daemon off; pid ${folder}/nginx.pid; worker_processes 1;
          events { worker_connections 256; }
          http {
            access_log off; default_type text/html; charset utf-8;
            client_body_temp_path ${folder}/a; proxy_temp_path ${folder}/b; fastcgi_temp_path ${folder}/c;
            uwsgi_temp_path ${folder}/d; scgi_temp_path ${folder}/e;
            gzip on; gzip_min_length 100;
            server { listen 127.0.0.1:${ready}; listen ${address}:${plain}; root ${folder}; }
            server { listen ${address}:8443 ssl http2; root ${folder};
              ssl_certificate cert.pem; ssl_certificate_key key.pem;
            }
          }`
      }
    }
  })

describe.skipIf(nginx === null)("HttpStage and nginx (install it to run these)", () => {
  it.live(
    "the same page, in gzip or bare, plain, by TLS and by HTTP/2",
    () =>
      Effect.gen(function* () {
        const plain = 8080
        yield* run(plain, yield* freePort)
        const contentHash = createHash("sha256").update(html).digest("hex")
        const at = (port: number, settings: Persona = {}) =>
          ask({ address, port }, settings, { ca: [certificates.authority] })
        for (const [port, settings] of [
          [plain, {}],
          [plain, { headers: { "Accept-Encoding": "identity" } }],
          [plain, { headers: { Connection: "keep-alive" } }],
          [8443, {}],
          [8443, { http2Settings: { enabled: true } }],
          [8443, { http2Settings: { enabled: true }, tlsClientHello: { maxVersion: "TLS12" } }]
        ] as const) {
          const verdict = yield* at(port, settings)
          assert.deepInclude(verdict, { status: "Success", contentHash }, `${port} ${verdict.reason}`)
          const isBare = "headers" in settings && "Accept-Encoding" in settings.headers
          assert.deepStrictEqual(verdict.headers?.["content-encoding"], isBare ? undefined : ["gzip"])
          assert.match(verdict.headers?.["server"]?.[0] ?? "", /^nginx/)
        }
      }),
    60_000
  )
})
