/** How an answer begins. */
export interface Head {
  readonly status: number
  /** By lower-case names. */
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
}

/** All values of a header, by its lower-case name. */
export const valuesOf = (head: Head, name: string): ReadonlyArray<string> => {
  const value = Object.hasOwn(head.headers, name) ? head.headers[name] : undefined
  return value === undefined ? [] : typeof value === "string" ? [value] : value
}
