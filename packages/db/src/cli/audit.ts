import { readFile, writeFile } from "node:fs/promises"
import { parseArgs } from "node:util"
import * as Chain from "@domainflow/core/audit/Chain"
import * as KeyRing from "@domainflow/core/KeyRing"
import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql"
import * as AuditLog from "../audit/AuditLog.ts"
import * as Trail from "../audit/Trail.ts"
import * as AuthLog from "../auth/AuthLog.ts"
import { Complaint, main, spelt } from "./Database.ts"

const help = `Walks both audit trails of DATABASE_URL and says whether they are what was written. Changes nothing.

usage: ${spelt("audit")} [--checkpoint FILE] [--export FILE]

  --checkpoint FILE   holds what was exported before: finds lines that were cut off since
  --export FILE       writes down how far the trails go, if nothing is wrong with them; keep it where
                      the administrator of the database cannot change it
  --help              prints this

The keys are those of DOMAINFLOW_AUDIT_KEYS. The exit code is 1 where something is wrong.`

const { values: flags } = parseArgs({
  options: { checkpoint: { type: "string" }, export: { type: "string" }, help: { type: "boolean", short: "h" } }
})

const File = Schema.fromJsonString(Schema.Array(Chain.Checkpoint))

const meaning: Record<Chain.Finding["kind"], string> = {
  edited: "was changed, or is not where it was written",
  deleted: "was deleted",
  missing: "was deleted together with its seal",
  cut: "and what came after it was cut off: it is not as the checkpoint has it",
  unsealed: "was written past the trail",
  "unknown key": "was sealed by a key that is not in the ring"
}

const audit = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  Trail.register(sql, yield* KeyRing.config("DOMAINFLOW_AUDIT_KEYS"))
  const checkpoints = yield* exported
  const heads = [yield* walk(sql, AuditLog.trail, checkpoints), yield* walk(sql, AuthLog.trail, checkpoints)]
  const path = flags.export
  if (path === undefined) return
  if (process.exitCode === 1) return yield* new Complaint({ message: "Nothing was exported: something is wrong." })
  yield* Effect.promise(() => writeFile(path, `${Schema.encodeSync(File)(heads)}\n`))
})

/** Says what is wrong with a trail, and answers how far it goes. */
const walk = Effect.fnUntraced(function* <Entry>(
  sql: SqlClient.SqlClient,
  trail: Trail.Trail<Entry>,
  checkpoints: ReadonlyArray<Chain.Checkpoint>
) {
  const checkpoint = checkpoints.find(({ chain }) => chain === trail.chain) ?? null
  const { findings, head, lines } = yield* Trail.verify(sql, trail, checkpoint)
  if (findings.length > 0) process.exitCode = 1
  console.log(`${trail.chain}: ${lines} lines, ${head.seq} seals, ${findings.length} findings`)
  for (const { entryId, kind, seq } of findings)
    console.log(`  line ${seq ?? "without a seal"}${entryId === null ? "" : ` (${entryId})`} ${meaning[kind]}`)
  return head
})

const exported = Effect.gen(function* () {
  const path = flags.checkpoint
  if (path === undefined) return []
  const text = yield* Effect.tryPromise({
    try: () => readFile(path, "utf8"),
    catch: () => new Complaint({ message: `${path} cannot be read` })
  })
  return yield* Schema.decodeUnknownEffect(File)(text).pipe(
    Effect.mapError(() => new Complaint({ message: `${path} is no checkpoint that was exported here` }))
  )
})

if (flags.help) console.log(help)
else await main("domainflow audit", audit)
