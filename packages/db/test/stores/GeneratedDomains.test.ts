import * as GeneratedDomainsSuite from "@domainflow/core/testing/GeneratedDomainsSuite"
import * as Stores from "../support/Stores.ts"

GeneratedDomainsSuite.suite("PostgreSQL", Stores.layer)
