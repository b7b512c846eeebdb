import { fork } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Internet, spawn, start } from "../src/Internet.ts"

/** On addresses that nobody else takes, not even the same tests in another process; `::1` there is only once. */
const alone = { patienceMillis: 0, ipv6: false, block: 100 + (process.pid % 120) }

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const until = async (condition: () => boolean) => {
  while (!condition()) await sleep(10)
}

describe("Internet", { timeout: 60_000 }, () => {
  it.effect("is a layer whose scope ends it", () =>
    Effect.gen(function* () {
      const resolver = yield* Effect.gen(function* () {
        const internet = yield* Internet
        assert.strictEqual(internet.world.network.resolver.address, internet.resolver.split(":")[0])
        assert.match(internet.ca, /BEGIN CERTIFICATE/)
        return internet.world.network.resolver
      }).pipe(Effect.provide(Internet.layer(alone)))
      // The port is free again.
      const probe = createServer().listen(resolver.port, resolver.address)
      yield* Effect.promise(() => once(probe, "listening"))
      probe.close()
    })
  )

  it("stands beside another one, on addresses of its own", async () => {
    const [one, two] = [await start({ patienceMillis: 0, block: 130 }), await start({ patienceMillis: 0, block: 130 })]
    assert.notStrictEqual(one.resolver, two.resolver)
    assert.notStrictEqual(one.world.network.doors.both, two.world.network.doors.both)
    assert.strictEqual(two.world.network.ipv6, null)
    await Promise.all([one.stop(), two.stop()])
  })

  it("waits for the usual addresses while another one is leaving", async () => {
    const one = await start(alone)
    const two = start({ ...alone, patienceMillis: 30_000 })
    await sleep(100)
    await one.stop()
    const { resolver, stop } = await two
    assert.strictEqual(resolver, one.resolver)
    await stop()
  })

  it("runs in a process of its own and tells what it served", async () => {
    const internet = await spawn({ patienceMillis: 0 })
    const counts = await internet.counts()
    assert.deepStrictEqual(counts.dns, { udp: 0, tcp: 0, kinds: {} })
    await internet.stop()
  })

  it("ends with its parent, even when that one is killed", async () => {
    const parent = fork(new URL("./parent.ts", import.meta.url), { execArgv: [] })
    const [pid] = (await once(parent, "message")) as [number]
    assert.isTrue(isAlive(pid))
    parent.kill("SIGKILL")
    await once(parent, "exit")
    await until(() => !isAlive(pid))
  })
})
