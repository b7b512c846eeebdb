import { ByteSize, Cause, Context, Effect, Layer, Option, SchemaIssue } from "effect"
import { HttpIncomingMessage, HttpServerError, HttpServerRequest } from "effect/http"
import { HttpApiError, HttpApiMiddleware } from "effect/http-api"
import * as Body from "../Body.ts"
import { BodyTooLarge, Broken, everywhere, InvalidRequest } from "./errors.ts"

/** Makes sure that whatever goes wrong leaves as a problem document, and that a body has its bounds. Outside all others. */
export class Problems extends HttpApiMiddleware.Service<Problems>()("@domainflow/http-adapter/Problems", {
  error: everywhere
}) {}

export const layer = Layer.succeed(
  Problems,
  Problems.of((answer, { endpoint }) => {
    const maxBytes = Context.get(endpoint.annotations, Body.MostBytes)
    const read =
      endpoint.payload.size === 0
        ? answer
        : Effect.andThen(Body.read([...endpoint.payload.keys()], maxBytes), answer).pipe(
            Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(maxBytes))
          )
    // Where an endpoint reads no query there is no schema to refuse one.
    const asked = endpoint.query === undefined ? Effect.andThen(noQuery, read) : read
    return Effect.catchCause(asked, (cause) => told(cause, maxBytes))
  })
)

const noQuery = Effect.flatMap(HttpServerRequest.ParsedSearchParams, (query) => {
  const errors = Object.keys(query).map((name) => ({ path: `query.${name}`, message: "is not known here" }))
  return errors.length === 0 ? Effect.void : Effect.fail(new InvalidRequest({ errors }))
})

/** A failure as it may be told. Defects are logged whole, and told not at all. */
const told = (cause: Cause.Cause<unknown>, maxBytes: number): Effect.Effect<never, never> => {
  const failure = Option.getOrUndefined(Cause.findErrorOption(cause))
  if (HttpApiError.HttpApiSchemaError.is(failure)) {
    return failure.kind === "Body" || failure.kind === "ResponseHeaders" ? broken(cause) : refuse(invalid(failure))
  }
  const reading = failure ?? cause.reasons.find((reason) => reason._tag === "Die")?.defect
  if (HttpServerError.isHttpServerError(reading)) {
    const { reason } = reading
    if (reason._tag === "RequestParseError") {
      return refuse(
        reason.reason === "BodyTooLarge"
          ? new BodyTooLarge({ maxBytes })
          : new InvalidRequest({ errors: [{ path: "body", message: "cannot be read" }] })
      )
    }
  }
  return failure === undefined && !Cause.hasInterrupts(cause) ? broken(cause) : (Effect.failCause(cause) as never)
}

const refuse = (error: InvalidRequest | BodyTooLarge): Effect.Effect<never, never> => Effect.fail(error) as never

const broken = (cause: Cause.Cause<unknown>): Effect.Effect<never, never> =>
  Effect.andThen(Effect.logError("a request broke", cause), Effect.fail(new Broken())) as never

const slots: Readonly<Record<string, string>> = { Params: "path", Query: "query", Headers: "headers", Payload: "body" }

/** Every field that is wrong. The messages never quote a value, which may be a password. */
const invalid = ({ cause, kind }: HttpApiError.HttpApiSchemaError): InvalidRequest =>
  new InvalidRequest({
    errors: format(cause.issue)
      .issues.slice(0, mostErrors)
      .map(({ message, path = [] }) => ({
        path: [
          slots[kind] ?? "request",
          ...path.map((part) => String(typeof part === "object" ? part.key : part))
        ].join("."),
        message
      }))
  })

/** Beyond so many nobody reads on. */
const mostErrors = 20

const format = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) => (issue._tag === "MissingKey" ? "is missing" : SchemaIssue.defaultLeafHook(issue))
})
