import * as HttpQuestionsSuite from "../../src/testing/HttpQuestionsSuite.ts"
import * as HttpResultsSuite from "../../src/testing/HttpResultsSuite.ts"
import * as Memory from "../support/Memory.ts"

HttpQuestionsSuite.suite("memory", Memory.layer)
HttpResultsSuite.suite("memory", Memory.layer)
