import * as DnsQuestionsSuite from "../../src/testing/DnsQuestionsSuite.ts"
import * as DnsResultsSuite from "../../src/testing/DnsResultsSuite.ts"
import * as Memory from "../support/Memory.ts"

DnsQuestionsSuite.suite("memory", Memory.layer)
DnsResultsSuite.suite("memory", Memory.layer)
