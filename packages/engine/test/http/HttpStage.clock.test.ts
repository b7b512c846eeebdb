import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { fault } from "../../src/http/Fault.ts"
import { direct, type Roads } from "../../src/http/Road.ts"
import * as Wall from "../support/Wall.ts"
import { answer, page, serve } from "./support/server.ts"
import { ask } from "./support/stage.ts"

const hour = 3_600_000
const sells = answer(200, page("We sell tea"))

describe("HttpStage: the clock on the wall is set", () => {
  it.live.each([1, -1])("by %i h during a redirect: the page is fetched, and took no longer than it did", (hours) =>
    Effect.gen(function* () {
      const wall = yield* Wall.make
      const server = yield* serve(({ path }) => {
        if (path !== "/") return sells
        wall.step(hours * hour)
        return answer(302, "moved", { location: "/shop" })
      })
      const verdict = yield* ask(server).pipe(wall.seen)
      assert.deepInclude(verdict, { status: "Success", attempts: 1 })
      assert.strictEqual(verdict.urls.length, 2)
      assert.isAtLeast(verdict.durationMs, 0)
      assert.isBelow(verdict.durationMs, hour / 2)
    })
  )

  it.live.each([1, -1])("by %i h while one address is dialled: the others have their share of the time", (hours) =>
    Effect.gen(function* () {
      const wall = yield* Wall.make
      const server = yield* serve(() => sells)
      const road = yield* direct.next
      let opened = 0
      const roads: Roads = {
        next: Effect.succeed({
          ...road,
          open: (line, to) => {
            if (opened++ > 0) return Effect.delay(road.open(line, to), 50)
            wall.step(hours * hour)
            return Effect.fail({ ...fault("Unreachable", "refused"), isClosedDoor: true })
          }
        })
      }
      // Two ports: also the last address has to share.
      const ports = [server.port, server.port + 1]
      const lookup = () => Effect.succeed(["127.0.0.2", server.address])
      const verdict = yield* ask(server, {}, { proxy: roads, ports, lookup }).pipe(wall.seen)
      assert.deepInclude(verdict, { status: "Success", port: server.port })
    })
  )
})
