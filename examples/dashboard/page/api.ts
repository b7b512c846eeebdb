/** What the API answers, as far as the page looks at it. 64-bit numbers are decimal strings. */
export interface Campaign {
  readonly id: string
  readonly name: string
  readonly campaignType: "domain_generation" | "dns_validation" | "http_keyword_validation"
  readonly status: string
  readonly totalItems: string
  readonly processedItems: string
  readonly successfulItems: string
  readonly failedItems: string
  readonly createdAt: string
  readonly startedAt: string | null
  readonly completedAt: string | null
  readonly errorMessage: string | null
  readonly metadata: { readonly pipeline?: string } | null
}
export interface Page<A> {
  readonly items: ReadonlyArray<A>
  readonly next: string | null
}
export interface Named {
  readonly id: string
  readonly name: string
}
export interface Finding {
  readonly matchedText: string
  readonly category?: string
  readonly count: number
  readonly contexts: ReadonlyArray<string>
}
export interface HttpResult {
  readonly domainName: string
  readonly validationStatus: string
  readonly httpStatusCode: number | null
  readonly pageTitle: string | null
  readonly foundKeywordsFromSets: ReadonlyArray<Finding> | null
  readonly fetchDetails: { readonly reason: string | null } | null
}
export interface Me {
  readonly user: { readonly firstName: string; readonly lastName: string; readonly email: string }
  readonly permissions: ReadonlyArray<string>
}

/** A field of a pattern that spells nothing, and why. */
export interface Issue {
  readonly field: string
  readonly problem: string
}

/** The API said no; the message is the problem document's own. */
export class Refused extends Error {
  readonly status: number
  readonly issues: ReadonlyArray<Issue>
  constructor(status: number, detail: string, issues: ReadonlyArray<Issue>) {
    super(detail)
    this.status = status
    this.issues = issues
  }
}

/** Asks the API. The session is a cookie that no script can read. */
export const ask = async <A>(method: string, path: string, body?: unknown): Promise<A> => {
  const response = await fetch(`/api${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) })
  })
  if (response.status === 204) return undefined as A
  const answer = await response.json().catch(() => null)
  if (!response.ok) {
    const detail: string = answer?.detail ?? `The server answered ${response.status}. Try again in a moment.`
    throw new Refused(response.status, detail, answer?.issues ?? [])
  }
  return answer
}

/** A pipeline: the campaigns that were made together, in the order they run. */
export interface Pipeline {
  readonly id: string
  readonly name: string
  readonly stages: ReadonlyArray<Campaign>
}

const order = ["domain_generation", "dns_validation", "http_keyword_validation"]

export const pipelines = (campaigns: ReadonlyArray<Campaign>): ReadonlyArray<Pipeline> => {
  const groups = new Map<string, Array<Campaign>>()
  for (const campaign of campaigns) {
    const id = campaign.metadata?.pipeline ?? campaign.id
    groups.set(id, [...(groups.get(id) ?? []), campaign])
  }
  return [...groups].map(([id, stages]) => ({
    id,
    name: stages[0]!.name.replace(/ \((generation|DNS|HTTP)\)$/, ""),
    stages: stages.sort((a, b) => order.indexOf(a.campaignType) - order.indexOf(b.campaignType))
  }))
}

/** In one word how a pipeline stands. */
export const standing = ({ stages }: Pipeline): string => {
  const states = stages.map(({ status }) => status)
  const first = ["failed", "running", "paused", "queued", "pending", "cancelled"].find((state) =>
    states.includes(state)
  )
  return first ?? states.at(-1) ?? "unknown"
}
