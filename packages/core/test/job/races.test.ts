import { it } from "vitest"
import * as JobsRaces from "../../src/testing/JobsRaces.ts"
import * as Memory from "../support/Memory.ts"

it("workers in any order are told one story (memory)", () => JobsRaces.check(Memory.layer, 60), 60_000)
