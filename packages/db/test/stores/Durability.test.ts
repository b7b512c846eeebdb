import * as DurabilitySuite from "@domainflow/core/testing/DurabilitySuite"
import * as Stores from "../support/Stores.ts"

DurabilitySuite.suite("PostgreSQL", Stores.layer)
