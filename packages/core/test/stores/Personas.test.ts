import * as PersonasSuite from "../../src/testing/PersonasSuite.ts"
import * as Memory from "../support/Memory.ts"

PersonasSuite.suite("memory", Memory.layer)
