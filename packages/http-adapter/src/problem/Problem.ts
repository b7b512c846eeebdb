import { Schema, SchemaTransformation, String } from "effect"
import { HttpApiSchema } from "effect/http-api"

/** What every problem document holds (RFC 9457 3.1), and `code`: the stable name of the problem, for programs. */
export interface Problem {
  /** A link to what is known about this problem. */
  readonly type: string
  readonly title: string
  readonly status: number
  /** This occurrence in a sentence, for people. */
  readonly detail: string
  readonly code: string
}

export const contentType = "application/problem+json"

/** Where the problems are described, each under its code. */
export const documentation = "https://github.com/domainflow/domainflow/blob/main/docs/errors.md"

/** The document of a problem that has no fields of its own. */
export const document = (tag: string, kind: Kind, detail: string): Problem => {
  const code = String.pascalToSnake(tag)
  return { type: `${documentation}#${code}`, title: kind.title, status: kind.status, detail, code }
}

/** What all occurrences of a problem have in common. */
export interface Kind {
  readonly status: number
  readonly title: string
}

/** Every problem that is told over the wire, by its code. */
export const catalogue = new Map<string, Kind>()

/** An error of core or of ours: a class that `Schema.TaggedError` made. */
interface ErrorClass<E> extends Schema.Top {
  readonly fields: { readonly [field: string]: Schema.Top }
  readonly identifier: string
  // biome-ignore lint/suspicious/noExplicitAny: what the constructor takes is as various as the errors are
  new (fields: any): E
}

/**
 * How an error is told over the wire: its fields beside those of a problem document. A client gets it back as the very
 * class that the port failed with.
 */
export const problem = <E extends Error & { readonly _tag: string }>(
  error: ErrorClass<E>,
  status: number,
  title: string
): Schema.Codec<E, Problem> => {
  const { _tag, ...fields } = error.fields
  // Not the name of the class: a bundler shortens that.
  const tag = error.identifier
  const { code } = document(tag, { status, title }, "")
  catalogue.set(code, { status, title })
  const names = Object.keys(fields)
  const taken = names.find((name) => name in head || name === "code")
  if (taken !== undefined) throw new TypeError(`${tag}.${taken} would stand where the problem's own ${taken} does`)
  return Schema.Struct({ ...head, code: Schema.Literal(code), ...fields }).pipe(
    Schema.decodeTo(
      Schema.toType(error),
      SchemaTransformation.transform({
        decode: (told: object) => new error(pick(told, names)),
        encode: (failure: E) => ({ ...pick(failure, names), ...document(tag, { status, title }, failure.message) })
      }) as never
    ),
    Schema.annotate({ identifier: `${tag}Problem`, httpApiStatus: status }),
    HttpApiSchema.asJson({ contentType })
    // The struct is put together at run time; its type cannot follow.
  ) as unknown as Schema.Codec<E, Problem>
}

const head = { type: Schema.String, title: Schema.String, status: Schema.Int, detail: Schema.String }

const pick = (from: object, names: ReadonlyArray<string>): Record<string, unknown> =>
  Object.fromEntries(names.flatMap((name) => (name in from ? [[name, Reflect.get(from, name)]] : [])))
