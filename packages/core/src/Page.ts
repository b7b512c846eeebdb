/** A page by keyset: hand `next` back to go on; null at the end. Stable under inserts, unlike an offset. */
export interface Page<out A> {
  readonly items: ReadonlyArray<A>
  readonly next: string | null
}

/** Where to go on, and how many at most. */
export interface PageRequest {
  readonly after?: string | null
  readonly limit?: number
}

/** A page that asks for no size gets this many. */
export const defaultPageSize = 50
/** No page is longer, whatever is asked: what one answer may cost is ours to say. */
export const maxPageSize = 1_000

export const pageSize = (request: PageRequest | undefined): number =>
  Math.max(1, Math.min(request?.limit ?? defaultPageSize, maxPageSize))
