import { StoreError } from "@domainflow/core/StoreError"
import { Schema, SchemaTransformation } from "effect"
import { HttpApiSchema } from "effect/http-api"
import { catalogue, contentType, document, type Problem, problem } from "./Problem.ts"

/** The request does not say what it should; every field that is wrong, with the way to it. */
export class InvalidRequest extends Schema.TaggedError<InvalidRequest>()("InvalidRequest", {
  errors: Schema.Array(Schema.Struct({ path: Schema.String, message: Schema.String }))
}) {
  override get message() {
    const [first] = this.errors
    return first === undefined ? "the request is not valid" : `${first.path}: ${first.message}`
  }
}

export class BodyTooLarge extends Schema.TaggedError<BodyTooLarge>()("BodyTooLarge", { maxBytes: Schema.Int }) {
  override get message() {
    return `the body may have ${this.maxBytes} bytes`
  }
}

export class BodyTooSlow extends Schema.TaggedError<BodyTooSlow>()("BodyTooSlow", {}) {
  override get message() {
    return "the body did not arrive in time"
  }
}

/** The body is of a type that is not read here. */
export class UnsupportedMediaType extends Schema.TaggedError<UnsupportedMediaType>()("UnsupportedMediaType", {
  expected: Schema.Array(Schema.String)
}) {
  override get message() {
    return `send the body as ${this.expected.join(" or ")}`
  }
}

/** Something of ours is wrong. What it is, the log says. */
export class Broken extends Schema.TaggedError<Broken>()("Broken", {}) {
  override get message() {
    return "something went wrong on our side: it has been logged"
  }
}

/** A page of somebody else's asked, or nobody can tell whose it was. */
export class CrossSite extends Schema.TaggedError<CrossSite>()("CrossSite", {}) {
  override get message() {
    return "a change must come from a page of this site: send Sec-Fetch-Site, or Origin, as browsers do"
  }
}

export class NotLoggedIn extends Schema.TaggedError<NotLoggedIn>()("NotLoggedIn", {}) {
  override get message() {
    return "log in first"
  }
}

/** The password was chosen by somebody else: until it is changed, nothing else can be done. */
export class PasswordChangeDue extends Schema.TaggedError<PasswordChangeDue>()("PasswordChangeDue", {}) {
  override get message() {
    return "change your password first"
  }
}

/** What the routing itself answers; no endpoint lists it. */
export const unknownRoute = { status: 404, title: "There is nothing at this address" }
catalogue.set("unknown_route", unknownRoute)

/** Likewise. The header `Allow` says what is done there. */
export const methodNotAllowed = { status: 405, title: "That is not done at this address" }
catalogue.set("method_not_allowed", methodNotAllowed)

const unavailable = { status: 503, title: "The store is not available" }
catalogue.set("store_error", unavailable)

/** Which operation failed, and of what, is for the log: the caller learns that it may help to ask again. */
export const storeProblem: Schema.Codec<StoreError, Problem> = Schema.Struct({
  type: Schema.String,
  title: Schema.String,
  status: Schema.Int,
  detail: Schema.String,
  code: Schema.Literal("store_error")
}).pipe(
  Schema.decodeTo(
    Schema.toType(StoreError),
    SchemaTransformation.transform({
      decode: () => new StoreError({ operation: "DomainFlow", retryable: true, cause: new Error("answered 503") }),
      encode: () => ({
        ...document("StoreError", unavailable, "the store did not answer: try again"),
        code: "store_error" as const
      })
    })
  ),
  Schema.annotate({ identifier: "StoreErrorProblem", httpApiStatus: unavailable.status }),
  HttpApiSchema.asJson({ contentType })
)

/** What every endpoint may answer. */
export const everywhere = [
  problem(InvalidRequest, 400, "The request is not valid"),
  problem(BodyTooSlow, 408, "The body took too long"),
  problem(BodyTooLarge, 413, "The body is too large"),
  problem(UnsupportedMediaType, 415, "The body is of a type that is not read here"),
  problem(Broken, 500, "Something broke"),
  storeProblem
] as const
