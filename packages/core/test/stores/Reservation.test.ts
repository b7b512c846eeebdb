import * as ReservationSuite from "../../src/testing/ReservationSuite.ts"
import * as Memory from "../support/Memory.ts"

ReservationSuite.suite("memory", Memory.layer)
