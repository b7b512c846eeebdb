import { TestClock } from "effect/testing"
import * as Stores from "../../src/Stores.ts"
import * as JobsSuite from "../../src/testing/JobsSuite.ts"

JobsSuite.suite("memory", Stores.layerMemory, TestClock.adjust)
