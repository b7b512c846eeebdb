import { Schema } from "effect"
import { Uuid } from "../Uuid.ts"

export const PersonaId = Uuid.pipe(Schema.brand("PersonaId"))
export type PersonaId = typeof PersonaId.Type
