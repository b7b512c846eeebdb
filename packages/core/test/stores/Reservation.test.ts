import * as Stores from "../../src/Stores.ts"
import * as ReservationSuite from "../../src/testing/ReservationSuite.ts"

ReservationSuite.suite("memory", Stores.layerMemory)
