/** The engine in a script, with plain promises: no database, no Effect. */
import * as Guard from "@domainflow/engine/http/Guard"
import { findings } from "@domainflow/engine/promise"
import { spawn } from "@domainflow/internet/Internet"

// An internet on loopback. Without it: names a resolver of yours, and leave out `ports`, `guard` and `ca`.
const internet = await spawn()

const found = findings({
  names: { patternType: "prefix", characterSet: "letters", variableLength: 2, constantString: "acme", tld: "com" },
  dns: { resolvers: [internet.resolver] },
  keywords: ["for sale", { pattern: "log ?in to your (account|wallet)", ruleType: "regex" }],
  ports: [internet.ports.https, internet.ports.http],
  guard: Guard.make({ allow: ["127.0.0.0/8", "::1/128"] }),
  ca: [internet.ca],
  signal: AbortSignal.timeout(60_000)
})

const lines: Array<string> = []
for await (const { http, name } of found) lines.push(`${name}: ${http.keywords[0]?.matchedText} (${http.title})`)
console.log(lines.sort().slice(0, 5).join("\n"))
await internet.stop()

// Prints:
// baacme.com: for sale (Baacme News)
// beacme.com: for sale (beacme.com – premium domain)
// biacme.com: for sale (Buy biacme.com today)
// cnacme.com: for sale (Cnacme: this name is available)
// egacme.com: for sale (Egacme: this name is available)
