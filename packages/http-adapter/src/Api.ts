import { HttpApi, OpenApi } from "effect/http-api"
import { AuditApi } from "./audit/AuditApi.ts"
import { AccountApi } from "./auth/AccountApi.ts"
import { AuthApi } from "./auth/AuthApi.ts"
import { CampaignsApi } from "./campaign/CampaignsApi.ts"
import { EventsApi } from "./campaign/EventsApi.ts"
import { InsightApi } from "./campaign/InsightApi.ts"
import { ResultsApi } from "./campaign/ResultsApi.ts"
import { HealthApi } from "./health/HealthApi.ts"
import { KeywordSetsApi } from "./keyword/KeywordSetsApi.ts"
import { MetricsApi } from "./metrics/MetricsApi.ts"
import { PersonasApi } from "./persona/PersonasApi.ts"
import { Problems } from "./problem/Problems.ts"
import { ProxiesApi } from "./proxy/ProxiesApi.ts"
import { SameSite } from "./session/SameSite.ts"
import { UsersApi } from "./user/UsersApi.ts"

/** What is not known is refused, and all that is wrong is told at once. */
const strict = { onExcessProperty: "error", errors: "all" } as const

/** Everything the adapter serves: groups only, each beside its concept. */
export class Api extends HttpApi.make("domainflow")
  .add(AuthApi)
  .add(AccountApi)
  .add(CampaignsApi)
  .add(ResultsApi)
  .add(EventsApi)
  .add(InsightApi)
  .add(PersonasApi)
  .add(KeywordSetsApi)
  .add(ProxiesApi)
  .add(UsersApi)
  .add(AuditApi)
  .add(MetricsApi)
  .add(HealthApi)
  .middleware(SameSite)
  .middleware(Problems)
  .annotate(HttpApi.ParamsParseOptions, strict)
  .annotate(HttpApi.QueryParseOptions, strict)
  .annotate(HttpApi.PayloadParseOptions, strict)
  // What ports answer was checked when it was read.
  .annotate(HttpApi.SuccessParseOptions, { disableChecks: true })
  .annotateMerge(OpenApi.annotations({ title: "DomainFlow", version: "0.1.0" })) {}
