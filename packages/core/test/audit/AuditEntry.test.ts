import { assert, it } from "@effect/vitest"
import { Schema } from "effect"
import { AuditAction, EntityType, entityType } from "../../src/audit/AuditEntry.ts"

it("every action names an entity of the closed list", () => {
  const is = Schema.is(EntityType)
  for (const action of AuditAction.literals) assert.isTrue(is(entityType(action)), action)
})
