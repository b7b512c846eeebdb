import * as ReservationSuite from "@domainflow/core/testing/ReservationSuite"
import * as Stores from "../support/Stores.ts"

ReservationSuite.suite("PostgreSQL", Stores.layer)
