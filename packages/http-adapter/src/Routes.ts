import type { HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
import { Api } from "./Api.ts"

/** The methods that a path answers to, in alphabetical order; none where there is nothing at it. */
export const methodsOf = (path: string): ReadonlyArray<string> =>
  [...new Set(routes.flatMap(({ methods, pattern }) => (pattern.test(path) ? methods : [])))].sort()

// The types of the groups are too many to compare; what every group has is enough here.
const groups = Object.values(Api.groups) as ReadonlyArray<unknown> as ReadonlyArray<HttpApiGroup.Top>

const route = (method: string, path: string) => ({
  // Whatever is read may be asked for without its body.
  methods: method === "GET" ? ["GET", "HEAD"] : [method],
  pattern: new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/:\w+/g, "[^/]+")}$`)
})

const routes = [
  ...groups.flatMap((group) =>
    Object.values(group.endpoints as Record<string, HttpApiEndpoint.Top>).map(({ method, path }) => route(method, path))
  ),
  route("GET", "/openapi.json"),
  route("GET", "/docs")
]
