import * as Stores from "../../src/Stores.ts"
import * as DnsResultsSuite from "../../src/testing/DnsResultsSuite.ts"

DnsResultsSuite.suite("memory", Stores.layerMemory)
