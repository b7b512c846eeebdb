import { Schema } from "effect"
import { Uuid } from "../Uuid.ts"

export const KeywordSetId = Uuid.pipe(Schema.brand("KeywordSetId"))
export type KeywordSetId = typeof KeywordSetId.Type
