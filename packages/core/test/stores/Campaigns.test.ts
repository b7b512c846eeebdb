import * as CampaignsSuite from "../../src/testing/CampaignsSuite.ts"
import * as Memory from "../support/Memory.ts"

CampaignsSuite.suite("memory", Memory.layer)
