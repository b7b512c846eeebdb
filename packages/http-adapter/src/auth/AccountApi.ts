import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import { MostBytes, smallBytes } from "../Body.ts"
import { Needs } from "../session/Needs.ts"
import { Session } from "../session/Session.ts"
import { invalidCredentials, rateLimited, Secret, weakPassword } from "./AuthApi.ts"
import { Me } from "./Me.ts"

/** For whoever is logged in, about themselves. Works for those who must change their password first, too. */
export class AccountApi extends HttpApiGroup.make("account")
  .add(
    HttpApiEndpoint.get("me", "/", { success: Me }),
    HttpApiEndpoint.post("logout", "/logout", { success: HttpApiSchema.NoContent }),
    HttpApiEndpoint.post("logoutEverywhere", "/logout-everywhere", {
      success: Schema.Struct({ sessions: Schema.Int })
    }),
    HttpApiEndpoint.post("refresh", "/refresh", { success: Me }),
    HttpApiEndpoint.post("changePassword", "/password", {
      payload: Schema.Struct({ current: Secret, next: Secret }),
      success: HttpApiSchema.NoContent,
      error: [invalidCredentials, weakPassword, rateLimited]
    })
  )
  .annotateEndpoints(Needs, "session")
  .annotateEndpoints(MostBytes, smallBytes)
  .middleware(Session)
  .prefix("/me") {}
