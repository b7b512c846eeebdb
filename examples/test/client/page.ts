/** What a page does with the client; bundled for the browser by the test beside it. */
import * as Client from "@domainflow/http-adapter/client"
import { Effect, Redacted, Stream } from "effect"

/** Logs in, makes a campaign, watches it until it is cancelled, and tells what it saw. */
const run = (baseUrl: string, email: string, password: string) =>
  Effect.gen(function* () {
    const client = yield* Client.make({ baseUrl })
    const refused = yield* Effect.flip(client.auth.login({ payload: { email, password: Redacted.make("wrong") } }))
    const { roles } = yield* client.auth.login({ payload: { email, password: Redacted.make(password) } })
    const made = yield* client.campaigns.create({
      payload: {
        name: "made in a browser",
        params: {
          _tag: "domain_generation",
          patternType: "prefix",
          variableLength: 2,
          characterSet: "letters",
          constantString: "browser",
          tld: "com"
        }
      }
    })
    const events = yield* client.events.watch({ params: { id: made.id }, headers: {} })
    const first = yield* Stream.runHead(events)
    const { items } = yield* client.campaigns.list({ query: { limit: 10 } })
    return {
      refused: refused._tag,
      roles,
      event: first._tag === "Some" ? first.value.event : null,
      campaigns: items.map(({ name, totalItems }) => `${name}: ${(totalItems * 2n) / 2n}`)
    }
  })

Object.assign(globalThis, {
  run: (...asked: Parameters<typeof run>) => Effect.runPromise(run(...asked))
})
