import * as DnsResultsSuite from "@domainflow/core/testing/DnsResultsSuite"
import * as Stores from "../support/Stores.ts"

DnsResultsSuite.suite("PostgreSQL", Stores.layer)
