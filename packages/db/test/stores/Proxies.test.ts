import * as ProxiesSuite from "@domainflow/core/testing/ProxiesSuite"
import * as Stores from "../support/Stores.ts"

ProxiesSuite.suite("PostgreSQL", Stores.layer)
