import * as DurabilitySuite from "../../src/testing/DurabilitySuite.ts"
import * as Memory from "../support/Memory.ts"

DurabilitySuite.suite("memory", Memory.layer)
