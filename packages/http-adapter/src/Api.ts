import { HttpApi, OpenApi } from "effect/http-api"
import { HealthApi } from "./health/HealthApi.ts"

/** Everything the adapter serves: groups only, each beside its concept. */
export class Api extends HttpApi.make("domainflow")
  .add(HealthApi)
  .annotateMerge(OpenApi.annotations({ title: "DomainFlow", version: "0.1.0" })) {}
