import * as KeywordSetsSuite from "@domainflow/core/testing/KeywordSetsSuite"
import * as Stores from "../support/Stores.ts"

KeywordSetsSuite.suite("PostgreSQL", Stores.layer)
