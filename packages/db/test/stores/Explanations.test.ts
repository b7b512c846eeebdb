import * as ExplanationsSuite from "@domainflow/core/testing/ExplanationsSuite"
import * as Stores from "../support/Stores.ts"

ExplanationsSuite.suite("PostgreSQL", Stores.layer)
