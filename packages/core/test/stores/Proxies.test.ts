import * as ProxiesSuite from "../../src/testing/ProxiesSuite.ts"
import * as Memory from "../support/Memory.ts"

ProxiesSuite.suite("memory", Memory.layer)
