import * as KeywordSetsSuite from "../../src/testing/KeywordSetsSuite.ts"
import * as Memory from "../support/Memory.ts"

KeywordSetsSuite.suite("memory", Memory.layer)
