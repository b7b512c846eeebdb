/** The adapter on PostgreSQL, as a host mounts it. */
import { Mount } from "@domainflow/http-adapter"
import { ports } from "../../hosts/ports.ts"
import { serve } from "./serve.ts"

const api = await Mount.node(ports)
serve(api.handler)
