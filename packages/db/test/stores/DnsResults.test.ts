import * as DnsQuestionsSuite from "@domainflow/core/testing/DnsQuestionsSuite"
import * as DnsResultsSuite from "@domainflow/core/testing/DnsResultsSuite"
import * as Stores from "../support/Stores.ts"

DnsQuestionsSuite.suite("PostgreSQL", Stores.layer)
DnsResultsSuite.suite("PostgreSQL", Stores.layer)
