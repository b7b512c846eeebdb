import * as Stores from "../../src/Stores.ts"
import * as HttpResultsSuite from "../../src/testing/HttpResultsSuite.ts"

HttpResultsSuite.suite("memory", Stores.layerMemory)
