import * as JobLeasesSuite from "@domainflow/core/testing/JobLeasesSuite"
import * as JobsModel from "@domainflow/core/testing/JobsModel"
import * as JobsRaces from "@domainflow/core/testing/JobsRaces"
import * as JobsSuite from "@domainflow/core/testing/JobsSuite"
import { SqlClient } from "effect/sql"
import { it } from "vitest"
import * as Stores from "../support/Stores.ts"

/** Time passes by dating the rows back: the database's clock is the only one that counts, and nobody sets it. */
const elapse = (millis: number) =>
  SqlClient.SqlClient.use(
    (sql) => sql`
      update campaign_jobs j set
        scheduled_at = scheduled_at - gap, next_execution_at = next_execution_at - gap, locked_at = locked_at - gap
      from (select ${millis} * interval '1 millisecond' as gap) g
    `
  )

JobsSuite.suite("PostgreSQL", Stores.layer)
JobLeasesSuite.suite("PostgreSQL", Stores.layer, elapse)

it(
  "Jobs (PostgreSQL): random histories end as the model says",
  () => JobsModel.check(Stores.layer, elapse, 25),
  120_000
)

it("Jobs (PostgreSQL): workers in any order are told one story", () => JobsRaces.check(Stores.layer, 8), 60_000)
