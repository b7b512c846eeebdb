import * as CampaignsSuite from "@domainflow/core/testing/CampaignsSuite"
import * as Stores from "../support/Stores.ts"

CampaignsSuite.suite("PostgreSQL", Stores.layer)
