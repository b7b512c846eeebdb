import { InvalidCredentials, InvalidLink, RateLimited, SecondFactorRequired } from "@domainflow/core/auth/AuthError"
import { maxLength, WeakPassword } from "@domainflow/core/auth/Password"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import { MostBytes, smallBytes } from "../Body.ts"
import { problem } from "../problem/Problem.ts"
import { Needs } from "../session/Needs.ts"
import { Me } from "./Me.ts"

/** Text that only its owner knows: longer than any that is accepted is not even read. */
export const Secret = Schema.RedactedFromValue(Schema.String.check(Schema.isMaxLength(4 * maxLength)))
/** What somebody types as their address; whether anybody has it is never told. */
const address = Schema.String.check(Schema.isMaxLength(254))

export const rateLimited = problem(RateLimited, 429, "Too many attempts")
export const weakPassword = problem(WeakPassword, 422, "The password is too weak")
export const invalidCredentials = problem(InvalidCredentials, 401, "E-mail or password is wrong")
const invalidLink = problem(InvalidLink, 422, "The link does not work any more")
const secondFactor = problem(SecondFactorRequired, 401, "A second factor is asked for")

/** For whoever is not logged in. */
export class AuthApi extends HttpApiGroup.make("auth")
  .add(
    HttpApiEndpoint.post("login", "/login", {
      payload: Schema.Struct({ email: address, password: Secret, secondFactor: Schema.optionalKey(Secret) }),
      success: Me,
      error: [invalidCredentials, secondFactor, rateLimited]
    }),
    HttpApiEndpoint.post("requestReset", "/password-reset", {
      payload: Schema.Struct({ email: address }),
      success: HttpApiSchema.Accepted,
      error: rateLimited
    }),
    HttpApiEndpoint.post("confirmReset", "/password-reset/confirm", {
      payload: Schema.Struct({ token: Secret, password: Secret }),
      success: HttpApiSchema.NoContent,
      error: [invalidLink, weakPassword]
    }),
    HttpApiEndpoint.post("requestVerification", "/verification", {
      payload: Schema.Struct({ email: address }),
      success: HttpApiSchema.Accepted,
      error: rateLimited
    }),
    HttpApiEndpoint.post("verifyEmail", "/verification/confirm", {
      payload: Schema.Struct({ token: Secret }),
      success: HttpApiSchema.NoContent,
      error: invalidLink
    })
  )
  .annotateEndpoints(Needs, "nothing")
  .annotateEndpoints(MostBytes, smallBytes)
  .prefix("/auth") {}
