import * as ExplanationsSuite from "../../src/testing/ExplanationsSuite.ts"
import * as Memory from "../support/Memory.ts"

ExplanationsSuite.suite("memory", Memory.layer)
