import * as HttpResultsSuite from "../../src/testing/HttpResultsSuite.ts"
import * as Memory from "../support/Memory.ts"

HttpResultsSuite.suite("memory", Memory.layer)
