/** Where a name stands in its campaign: by offset and, since older installations kept several names at one, by id. */
export type Place = readonly [offset: bigint, id: string]

/** The place to read on from. After an offset is after every name that stands there. */
export const after = (at: bigint | Place): Place =>
  typeof at === "bigint" ? [at, "ffffffff-ffff-ffff-ffff-ffffffffffff"] : at

/** Whether a name stands behind it. */
export const isBehind = (self: Place, offset: bigint, id: string): boolean =>
  offset > self[0] || (offset === self[0] && id > self[1])
