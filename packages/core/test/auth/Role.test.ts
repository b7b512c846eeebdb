import { assert, it } from "@effect/vitest"
import { permissions } from "../../src/auth/Permission.ts"
import { rights, systemRoles } from "../../src/auth/Role.ts"

it("there are 17 rights, and each system role holds its share of them", () => {
  assert.strictEqual(new Set(permissions).size, 17)
  assert.deepStrictEqual(
    systemRoles.map((role) => new Set(rights[role]).size),
    [17, 15, 6, 3]
  )
})
