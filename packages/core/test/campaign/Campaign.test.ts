import { assert, describe, it } from "@effect/vitest"
import { CampaignStatus, canMove, IllegalTransition, isFinal, moves, sources } from "../../src/campaign/Campaign.ts"
import { CampaignId } from "../../src/campaign/CampaignId.ts"

/** The table as the specification draws it. A row says where a campaign may go from there. */
const table = `
  pending   | queued cancelled
  queued    | running paused cancelled failed
  running   | paused completed failed cancelled
  paused    | queued running cancelled
  completed | archived
  failed    | queued archived
  cancelled | archived
  archived  |
`
const legal = new Set(
  table
    .trim()
    .split("\n")
    .flatMap((line) => {
      const [from, to] = line.split("|").map((cell) => cell.trim())
      return to!.split(" ").map((status) => `${from} -> ${status}`)
    })
)

describe("campaign moves", () => {
  for (const from of CampaignStatus.literals) {
    for (const to of CampaignStatus.literals) {
      const move = `${from} -> ${to}`
      it(`${move} is ${legal.has(move) ? "legal" : "refused"}`, () => {
        assert.strictEqual(canMove(from, to), legal.has(move))
        assert.strictEqual(sources(to).includes(from), legal.has(move))
      })
    }
  }

  it("end in the states from which nothing can be cancelled", () =>
    assert.deepStrictEqual(CampaignStatus.literals.filter(isFinal), ["completed", "failed", "cancelled", "archived"]))

  it("that are refused say what would be legal", () => {
    const campaignId = CampaignId.make("019b0000-0000-7000-8000-000000000001")
    for (const from of CampaignStatus.literals) {
      const { message } = new IllegalTransition({ campaignId, from, to: "pending" })
      for (const to of moves[from]) assert.include(message, to)
      if (moves[from].length === 0) assert.include(message, "final")
    }
  })
})
