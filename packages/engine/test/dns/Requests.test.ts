import { assert, describe, it } from "@effect/vitest"
import { type Request, Requests } from "../../src/dns/Requests.ts"

const request = (...names: ReadonlyArray<string>): Request => ({ names, next: 0, deliver: () => {} })
const drain = (requests: Requests, count = 100) => {
  const taken: Array<string> = []
  for (let i = 0; i < count; i++) {
    const request = requests.take()
    if (request === undefined) break
    taken.push(request.names[request.next - 1]!)
  }
  return taken.join(" ")
}

describe("Requests", () => {
  it("give every name once, in order", () => {
    const requests = new Requests(10)
    requests.add(request("a1", "a2", "a3"), false)
    assert.strictEqual(drain(requests), "a1 a2 a3")
    assert.isTrue(requests.isEmpty)
  })

  it("take turns after their share of names", () => {
    const requests = new Requests(2)
    requests.add(request("a1", "a2", "a3", "a4", "a5"), false)
    requests.add(request("b1", "b2", "b3"), false)
    requests.add(request("c1"), false)
    assert.strictEqual(drain(requests), "a1 a2 b1 b2 c1 a3 a4 b3 a5")
  })

  it("let urgent ones go first, in the order they came", () => {
    const requests = new Requests(3)
    requests.add(request("a1", "a2", "a3", "a4"), false)
    assert.strictEqual(drain(requests, 2), "a1 a2")
    requests.add(request("u1", "u2"), true)
    requests.add(request("v1"), true)
    const gone = request("w1")
    requests.add(gone, true)
    requests.add(request("x1"), true)
    requests.remove(gone)
    assert.strictEqual(drain(requests), "u1 u2 v1 x1 a3 a4")
  })

  it("give nothing of one that was removed, first in line or not", () => {
    const requests = new Requests(2)
    const [a, b, c] = [request("a1", "a2", "a3"), request("b1", "b2"), request("c1")]
    for (const each of [a, b, c]) requests.add(each, false)
    assert.strictEqual(drain(requests, 1), "a1")
    requests.remove(b)
    requests.remove(a)
    requests.remove(a)
    assert.strictEqual(drain(requests), "c1")
  })

  it("do not line up without names", () => {
    const requests = new Requests(2)
    requests.add(request(), false)
    assert.isTrue(requests.isEmpty)
  })
})
