import { assert, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { Actor } from "../audit/Actor.ts"
import { AuditLog } from "../audit/AuditLog.ts"
import * as Ids from "../Ids.ts"

/** What every `AuditLog` promises. Each layer runs it. */
export const suite = <E>(name: string, layer: Layer.Layer<AuditLog, E>) =>
  it.layer(layer, { timeout: "60 seconds" })(`AuditLog (${name})`, (it) => {
    it.effect("a change is signed by whoever acts, from where they act", () =>
      Effect.gen(function* () {
        const log = yield* AuditLog
        const entityId = yield* Ids.one

        yield* log
          .append({ action: "campaign.created", entityId, details: { name: "shoes", names: "10" } })
          .pipe(Effect.provideService(Actor, { userId: null, clientIp: "192.0.2.7", userAgent: "curl/8" }))

        const [made] = (yield* log.page({ entityId })).items
        assert.deepInclude(made, {
          action: "campaign.created",
          entityType: "campaign",
          entityId,
          details: { name: "shoes", names: "10" },
          userId: null,
          clientIp: "192.0.2.7",
          userAgent: "curl/8"
        })
        assert.isAtMost(made!.timestamp.getTime(), Date.now() + 1_000)
      })
    )

    it.effect("pages are newest first, and new lines do not shift them", () =>
      Effect.gen(function* () {
        const log = yield* AuditLog
        const entityId = yield* Ids.one
        const append = (n: number) => log.append({ action: "persona.updated", entityId, details: { n } })
        const numbers = (page: { readonly items: ReadonlyArray<{ readonly details: unknown }> }) =>
          page.items.map((made) => made.details)

        for (const n of [1, 2, 3, 4]) yield* append(n)
        const first = yield* log.page({ entityId }, { limit: 2 })
        yield* append(5)
        const second = yield* log.page({ entityId }, { after: first.next, limit: 2 })

        assert.deepStrictEqual(numbers(first), [{ n: 4 }, { n: 3 }])
        assert.deepStrictEqual(numbers(second), [{ n: 2 }, { n: 1 }])
        assert.isNull(second.next)
      })
    )

    it.effect("a filter narrows by what it names", () =>
      Effect.gen(function* () {
        const log = yield* AuditLog
        const [one, two] = yield* Ids.many(2)
        yield* log.append({ action: "proxy.created", entityId: one! })
        yield* log.append({ action: "proxy.deleted", entityId: one! })
        yield* log.append({ action: "proxy.created", entityId: two! })

        const read = (filter: Parameters<typeof log.page>[0]) =>
          Effect.map(log.page(filter), (page) => page.items.map((made) => made.action))

        assert.deepStrictEqual(yield* read({ entityId: one! }), ["proxy.deleted", "proxy.created"])
        assert.deepStrictEqual(yield* read({ entityId: one!, action: "proxy.created" }), ["proxy.created"])
        assert.deepStrictEqual(yield* read({ entityType: "campaign", entityId: one! }), [])
      })
    )
  })
