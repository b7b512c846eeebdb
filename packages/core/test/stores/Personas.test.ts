import * as Stores from "../../src/Stores.ts"
import * as PersonasSuite from "../../src/testing/PersonasSuite.ts"

PersonasSuite.suite("memory", Stores.layerMemory)
