import * as DnsResultsSuite from "../../src/testing/DnsResultsSuite.ts"
import * as Memory from "../support/Memory.ts"

DnsResultsSuite.suite("memory", Memory.layer)
