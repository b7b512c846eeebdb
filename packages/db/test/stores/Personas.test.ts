import * as PersonasSuite from "@domainflow/core/testing/PersonasSuite"
import * as Stores from "../support/Stores.ts"

PersonasSuite.suite("PostgreSQL", Stores.layer)
