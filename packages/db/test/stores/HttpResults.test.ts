import * as HttpQuestionsSuite from "@domainflow/core/testing/HttpQuestionsSuite"
import * as HttpResultsSuite from "@domainflow/core/testing/HttpResultsSuite"
import * as Stores from "../support/Stores.ts"

HttpQuestionsSuite.suite("PostgreSQL", Stores.layer)
HttpResultsSuite.suite("PostgreSQL", Stores.layer)
