import * as PlanSuite from "@domainflow/core/testing/PlanSuite"
import * as Stores from "../support/Stores.ts"

PlanSuite.suite("PostgreSQL", Stores.layer)
