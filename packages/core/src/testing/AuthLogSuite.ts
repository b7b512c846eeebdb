import { assert, it } from "@effect/vitest"
import { Effect, type Layer, Stream } from "effect"
import { describe } from "../auth/AuthAuditEntry.ts"
import { AuthLog } from "../auth/AuthLog.ts"
import { client, type Ports, person } from "./authFixture.ts"

/** What every `AuthLog` promises. Each layer runs it. */
export const suite = <E>(name: string, layer: Layer.Layer<Ports, E>) =>
  it.layer(layer, { timeout: "60 seconds" })(`AuthLog (${name})`, (it) => {
    it.effect("an event is kept as it happened, and reads as a sentence", () =>
      Effect.gen(function* () {
        const log = yield* AuthLog
        const { id: userId } = yield* person()
        yield* log.append({
          eventType: "password_change",
          eventStatus: "failure",
          userId,
          client,
          sessionId: "a".repeat(64),
          securityFlags: { ip_mismatch: true },
          details: { attempt: 2 },
          riskScore: 50
        })

        const [entry] = (yield* log.page({ userId, eventType: "password_change" })).items
        assert.deepInclude(entry, {
          userId,
          sessionId: "a".repeat(64),
          ipAddress: client.ip,
          userAgent: client.userAgent,
          securityFlags: { ip_mismatch: true },
          details: { attempt: 2 },
          riskScore: 50
        })
        assert.strictEqual(
          describe(entry!),
          `${entry!.createdAt!.toISOString()} user ${userId} failed to change the password from 192.0.2.10 {"attempt":2} (risk 50 of 100)`
        )
      })
    )

    it.effect("is read forwards from anywhere, and backwards in pages", () =>
      Effect.gen(function* () {
        const log = yield* AuthLog
        const { id: userId } = yield* person()
        const append = (n: number) =>
          log.append({ eventType: "login", eventStatus: "success", userId, client, details: { n } })
        for (const n of [1, 2, 3, 4, 5]) yield* append(n)
        const filter = { userId, eventType: "login" } as const

        const forwards = yield* Stream.runCollect(log.stream(filter))
        const rest = yield* Stream.runCollect(log.stream(filter, forwards[2]!.id))
        const first = yield* log.page(filter, { limit: 2 })
        yield* append(6)
        const second = yield* log.page(filter, { limit: 2, after: first.next })

        const numbers = (entries: ReadonlyArray<{ readonly details: unknown }>) => entries.map((entry) => entry.details)
        assert.deepStrictEqual(numbers(forwards), [{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }, { n: 5 }])
        assert.deepStrictEqual(numbers(rest), [{ n: 4 }, { n: 5 }])
        assert.deepStrictEqual(numbers(first.items), [{ n: 5 }, { n: 4 }])
        assert.deepStrictEqual(numbers(second.items), [{ n: 3 }, { n: 2 }])
      })
    )

    it.effect("what clients send cannot break it", () =>
      Effect.gen(function* () {
        const log = yield* AuthLog
        const { id: userId } = yield* person()
        yield* log.append({
          eventType: "login",
          eventStatus: "failure",
          userId,
          client: { ip: null, userAgent: "half \ud800 and none \0 of it", screenResolution: null },
          details: { "k\0ey": ["\udfff", { deep: "\0" }] }
        })

        const [entry] = (yield* log.page({ userId, eventType: "login" })).items
        assert.strictEqual(entry?.userAgent, "half \ufffd and none  of it")
        assert.deepStrictEqual(entry?.details, { key: ["\ufffd", { deep: "" }] })
      })
    )
  })
