/** The fields of a change that say something, for its audit entry: which ones, never what they hold. */
export const changed = (change: object): ReadonlyArray<string> =>
  Object.entries(change).flatMap(([field, value]) => (value === undefined ? [] : [field]))
