import * as PlanSuite from "../../src/testing/PlanSuite.ts"
import * as Memory from "../support/Memory.ts"

PlanSuite.suite("memory", Memory.layer)
