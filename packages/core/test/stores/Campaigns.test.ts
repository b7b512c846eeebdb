import * as CampaignMovesSuite from "../../src/testing/CampaignMovesSuite.ts"
import * as CampaignSourcesSuite from "../../src/testing/CampaignSourcesSuite.ts"
import * as CampaignsSuite from "../../src/testing/CampaignsSuite.ts"
import * as Memory from "../support/Memory.ts"

CampaignsSuite.suite("memory", Memory.layer)
CampaignMovesSuite.suite("memory", Memory.layer)
CampaignSourcesSuite.suite("memory", Memory.layer)
