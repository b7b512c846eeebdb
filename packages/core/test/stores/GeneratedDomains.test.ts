import * as GeneratedDomainsSuite from "../../src/testing/GeneratedDomainsSuite.ts"
import * as Memory from "../support/Memory.ts"

GeneratedDomainsSuite.suite("memory", Memory.layer)
