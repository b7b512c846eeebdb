import * as HttpResultsSuite from "@domainflow/core/testing/HttpResultsSuite"
import * as Stores from "../support/Stores.ts"

HttpResultsSuite.suite("PostgreSQL", Stores.layer)
