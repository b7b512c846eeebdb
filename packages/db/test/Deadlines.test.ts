import { setTimeout as sleep } from "node:timers/promises"
import { assert, it } from "vitest"
import { Deadlines } from "../src/Deadlines.ts"

it("rings for what was not put off, in the order in which it was set", async () => {
  const rung: Array<number> = []
  const deadlines = Deadlines.after(30)
  const set = Array.from({ length: 100 }, (_, i) => deadlines.set(() => rung.push(i)))
  for (const [i, deadline] of set.entries()) if (i % 3 !== 0) deadline.putOff()
  assert.deepStrictEqual(rung, [])
  await sleep(200)
  assert.deepStrictEqual(
    rung,
    set.flatMap((_, i) => (i % 3 === 0 ? [i] : []))
  )
})

it("rings for what is set after all others were put off, or has rung", async () => {
  const rung: Array<string> = []
  const deadlines = Deadlines.after(31)
  deadlines.set(() => rung.push("put off")).putOff()
  await sleep(20)
  deadlines.set(() => rung.push("later"))
  await sleep(200)
  deadlines.set(() => {
    rung.push("latest")
    deadlines.set(() => rung.push("from a ring"))
  })
  await sleep(400)
  assert.deepStrictEqual(rung, ["later", "latest", "from a ring"])
})

it("never rings early, and is put off twice without harm", async () => {
  const deadlines = Deadlines.after(50)
  const start = performance.now()
  const waited = await new Promise<number>((resolve) => {
    const other = deadlines.set(() => assert.fail("it was put off"))
    deadlines.set(() => resolve(performance.now() - start))
    other.putOff()
    other.putOff()
  })
  assert.isAtLeast(waited, 50)
})
