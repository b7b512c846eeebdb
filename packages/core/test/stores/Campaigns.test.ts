import * as Stores from "../../src/Stores.ts"
import * as CampaignsSuite from "../../src/testing/CampaignsSuite.ts"

CampaignsSuite.suite("memory", Stores.layerMemory)
