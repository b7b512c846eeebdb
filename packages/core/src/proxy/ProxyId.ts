import { Schema } from "effect"
import { Uuid } from "../Uuid.ts"

export const ProxyId = Uuid.pipe(Schema.brand("ProxyId"))
export type ProxyId = typeof ProxyId.Type
