import { assert, it } from "@effect/vitest"
import { Effect, Tracer } from "effect"
import { traced } from "../src/Traced.ts"

const current = Effect.map(Effect.option(Effect.currentSpan), (span) => (span._tag === "Some" ? span.value.name : null))

it.effect("makes a span where a host traces, and none where nobody does", () =>
  Effect.gen(function* () {
    assert.isNull(yield* traced("Campaigns.get")(current))
    const ended: Array<string> = []
    const tracer = Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        const end = span.end.bind(span)
        span.end = (at, exit) => {
          ended.push(`${options.name}: ${exit._tag}`)
          end(at, exit)
        }
        return span
      }
    })
    const name = yield* Effect.provideService(traced("Campaigns.get")(current), Tracer.Tracer, tracer)
    assert.strictEqual(name, "Campaigns.get")
    const failing = traced("Campaigns.page")(Effect.fail("no"))
    yield* Effect.provideService(Effect.ignore(failing), Tracer.Tracer, tracer)
    assert.deepStrictEqual(ended, ["Campaigns.get: Success", "Campaigns.page: Failure"])
  })
)
