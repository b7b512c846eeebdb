import * as Stores from "../../src/Stores.ts"
import * as ProxiesSuite from "../../src/testing/ProxiesSuite.ts"

ProxiesSuite.suite("memory", Stores.layerMemory)
