import * as Stores from "../../src/Stores.ts"
import * as GeneratedDomainsSuite from "../../src/testing/GeneratedDomainsSuite.ts"

GeneratedDomainsSuite.suite("memory", Stores.layerMemory)
