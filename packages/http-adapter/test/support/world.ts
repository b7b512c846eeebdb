import { AuthLog } from "@domainflow/core/auth/AuthLog"
import { AuthMemory } from "@domainflow/core/auth/AuthMemory"
import type { SystemRole } from "@domainflow/core/auth/Role"
import { Memory } from "@domainflow/core/Memory"
import { layerTables } from "@domainflow/core/Stores"
import * as authFixture from "@domainflow/core/testing/authFixture"
import * as TestRegex from "@domainflow/core/testing/TestRegex"
import { type Context, type Effect, Layer, ManagedRuntime, Redacted } from "effect"
import * as Mount from "../../src/Mount.ts"

/** Everything that the adapter calls, in memory, on tables of its own. */
export const layer = authFixture.accountsMemory.pipe(
  Layer.provideMerge(layerTables),
  Layer.provideMerge(Layer.mergeAll(AuthLog.layerMemory, TestRegex.layer)),
  Layer.provide([AuthMemory.layer, Memory.layer])
)

export type World = Layer.Success<typeof layer>

/** Everybody's. */
export const password = Redacted.value(authFixture.password)

/** Somebody who is logged in, and asks as browsers do. */
export interface Browser {
  readonly email: string
  /** Where it is, on a network of its own. */
  readonly address: string
  readonly ask: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>
  /** The cookies it holds. */
  readonly cookies: Map<string, string>
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // What a test looks into is what the test knows.
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  readonly body: any
}

/** A mounted adapter, and what stands behind it. */
export const open = async (options: Mount.Options = {}, ports: Layer.Layer<World> = layer) => {
  const runtime = ManagedRuntime.make(ports)
  const context = await runtime.context()
  const mounted = Mount.web(Layer.succeedContext(context as Context.Context<World>), options)
  const run = <A, E>(effect: Effect.Effect<A, E, World>) => runtime.runPromise(effect)

  let browsers = 0
  const browser = (email: string): Browser => {
    // Each has an address of its own, so that nobody's attempts count against another.
    const address = `192.0.${++browsers >> 8}.${browsers & 255}`
    const cookies = new Map<string, string>()
    return {
      email,
      address,
      cookies,
      ask: async (method, path, body, headers = {}) => {
        const response = await mounted.fetch(
          new Request(`https://host.test${options.prefix ?? ""}${path}`, {
            method,
            headers: {
              host: "host.test",
              "sec-fetch-site": "same-origin",
              "user-agent": "Firefox/140",
              ...(cookies.size === 0
                ? {}
                : { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") }),
              ...(body === undefined ? {} : { "content-type": "application/json" }),
              ...headers
            },
            ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) })
          }),
          { address }
        )
        for (const line of response.headers.getSetCookie()) {
          const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? []
          if (name === undefined || value === undefined) continue
          if (value === "") cookies.delete(name)
          else cookies.set(name, value)
        }
        // A stream of events has no end to wait for.
        const isStream = response.headers.get("content-type") === "text/event-stream"
        if (isStream) await response.body?.cancel()
        const text = isStream ? "" : await response.text()
        return { status: response.status, headers: response.headers, body: read(text) }
      }
    }
  }

  /** An account with these roles, not logged in. */
  const person = async (...names: ReadonlyArray<SystemRole>) => {
    const { email } = await run(authFixture.person({ roles: authFixture.roles(...names) }))
    return browser(email)
  }

  /** The same, logged in. */
  const loggedIn = async (...roles: ReadonlyArray<SystemRole>) => {
    const someone = await person(...roles)
    await someone.ask("POST", "/auth/login", { email: someone.email, password })
    return someone
  }

  return {
    mounted,
    /** What is behind it, for another mount. */
    ports: Layer.succeedContext(context as Context.Context<World>),
    run,
    browser,
    person,
    loggedIn,
    close: async () => {
      await mounted.stop()
      await runtime.dispose()
    }
  }
}

const read = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
