import * as CampaignMovesSuite from "@domainflow/core/testing/CampaignMovesSuite"
import * as CampaignSourcesSuite from "@domainflow/core/testing/CampaignSourcesSuite"
import * as CampaignsSuite from "@domainflow/core/testing/CampaignsSuite"
import * as Stores from "../support/Stores.ts"

CampaignsSuite.suite("PostgreSQL", Stores.layer)
CampaignMovesSuite.suite("PostgreSQL", Stores.layer)
CampaignSourcesSuite.suite("PostgreSQL", Stores.layer)
