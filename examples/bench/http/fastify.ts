/** What somebody would write by hand for the same answer: Fastify, `pg`, and the same two queries. */
import { createHash } from "node:crypto"
import type { AddressInfo } from "node:net"
import { columns, rows } from "@domainflow/db/campaign/rows"
import { fastify } from "fastify"
import { Pool } from "pg"
import { answerSpent } from "./serve.ts"

const pool = new Pool({
  connectionString: process.env["DATABASE_URL"],
  max: 10,
  options: "-c TimeZone=UTC"
})
const app = fastify()

const session = {
  name: "session",
  text: `
    select
      v.*,
      coalesce((select u.must_change_password from auth.users u where u.id = v.user_id), false) as must_change_password,
      coalesce((select s.rotation_due from auth.sessions s where s.id = $1), false) as rotation_due
    from auth.validate_session_security($1, $2::inet, $3, false, false) v
  `
}
const mine = { name: "campaign", text: `select ${columns} from ${rows} where c.id = $1 and c.user_id = $2` }
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

app.get<{ Params: { id: string } }>("/campaigns/:id", async (request, reply) => {
  const { id } = request.params
  if (!uuid.test(id)) return reply.code(400).send({ error: "not an id" })
  const token = /(?:^|; )__Host-domainflow-session=([^;]*)/.exec(request.headers.cookie ?? "")?.[1]
  if (token === undefined) return reply.code(401).send({ error: "log in first" })
  const hash = createHash("sha256").update(token).digest("hex")
  const { rows: known } = await pool.query(session, [hash, request.ip, request.headers["user-agent"]])
  const [who] = known
  if (!who.is_valid || who.must_change_password) return reply.code(401).send({ error: "log in first" })
  if (!who.permissions.includes("campaigns:read")) return reply.code(403).send({ error: "a right is missing" })
  const { rows } = await pool.query(mine, [id, who.user_id])
  const [row] = rows
  if (row === undefined) return reply.code(404).send({ error: "there is no such campaign" })
  reply.header("cache-control", "no-store")
  return {
    id: row.id,
    name: row.name,
    campaignType: row.campaign_type,
    status: row.status,
    userId: row.user_id,
    totalItems: row.total_items,
    processedItems: row.processed_items,
    successfulItems: row.successful_items,
    failedItems: row.failed_items,
    progressPercentage: row.progress_percentage,
    metadata: row.metadata,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    startedAt: row.started_at,
    completedAt: row.completed_at,
    errorMessage: row.error_message
  }
})

await app.listen({ port: 0, host: "127.0.0.1" })
process.send?.({ port: (app.server.address() as AddressInfo).port })
answerSpent()
