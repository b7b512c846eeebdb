import { readFileSync } from "node:fs"
import type { IncomingMessage, ServerResponse } from "node:http"
import { stripTypeScriptTypes } from "node:module"

/** The files of the page. Its scripts are TypeScript whose types are taken off here: there is no build. */
const files: Readonly<Record<string, readonly [file: string, type: string]>> = {
  "/": ["index.html", "text/html; charset=utf-8"],
  "/style.css": ["style.css", "text/css; charset=utf-8"],
  "/app.ts": ["app.ts", "text/javascript; charset=utf-8"],
  "/api.ts": ["api.ts", "text/javascript; charset=utf-8"],
  "/dom.ts": ["dom.ts", "text/javascript; charset=utf-8"],
  "/chart.ts": ["chart.ts", "text/javascript; charset=utf-8"],
  "/findings.ts": ["findings.ts", "text/javascript; charset=utf-8"],
  "/pipeline.ts": ["pipeline.ts", "text/javascript; charset=utf-8"],
  "/create.ts": ["create.ts", "text/javascript; charset=utf-8"]
}

const bodies = new Map<string, string>()

const bodyOf = (file: string): string => {
  const known = bodies.get(file)
  if (known !== undefined) return known
  const text = readFileSync(new URL(`page/${file}`, import.meta.url), "utf8")
  const body = file.endsWith(".ts") ? stripTypeScriptTypes(text) : text
  bodies.set(file, body)
  return body
}

/** Nothing from anywhere else, no script that is not a file of ours. */
const headers = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-cache"
}

/** Answers what the page is made of; `defaults` are what its forms begin with. */
export const answer = (
  { url }: IncomingMessage,
  response: ServerResponse,
  defaults: { readonly ports: string }
): void => {
  const { pathname } = new URL(url ?? "/", "http://host")
  if (pathname === "/defaults.json") {
    response.writeHead(200, { ...headers, "content-type": "application/json" }).end(JSON.stringify(defaults))
    return
  }
  const found = files[pathname]
  if (found === undefined) {
    response.writeHead(404, headers).end("There is nothing here.")
    return
  }
  const [file, type] = found
  response.writeHead(200, { ...headers, "content-type": type }).end(bodyOf(file))
}
