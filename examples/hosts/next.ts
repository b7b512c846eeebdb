/**
 * DomainFlow in a Next.js application: this is `app/api/[...path]/route.ts`. Next stands behind its own proxy, so the address of
 * a client comes from there; `trustedProxies` names it.
 */
import { Mount } from "@domainflow/http-adapter"
import { ports } from "./ports.ts"

// Node, not the edge: the database is reached by a socket.
export const runtime = "nodejs"
// Nothing here is the same for two people.
export const dynamic = "force-dynamic"

const api = Mount.web(ports, { prefix: "/api", trustedProxies: ["127.0.0.1/32"] })
const handler = (request: Request) => api.fetch(request, { address: "127.0.0.1" })

export { handler as DELETE, handler as GET, handler as PATCH, handler as POST, handler as PUT }

process.once("SIGTERM", () => api.stop())
