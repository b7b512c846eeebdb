import { Effect, Result } from "effect"
import type { ConfigDetails } from "./ConfigDetails.ts"
import * as Enumeration from "./Enumeration.ts"
import type { NewGeneration } from "./GenerationParams.ts"
import { SpaceExhausted } from "./SpaceExhausted.ts"

/** What a new campaign asks of an enumeration. */
export interface Reservation {
  readonly _tag: "Reservation"
  readonly configHash: string
  readonly configDetails: ConfigDetails
  readonly size: bigint
  /** 0: all that is left. */
  readonly asked: number
}

/** Reads the pattern. */
export const make = Effect.fnUntraced(function* (params: NewGeneration) {
  const enumeration = yield* Enumeration.make(params)
  const configHash = yield* Enumeration.configHash(enumeration)
  const { configDetails, size } = enumeration
  const reservation: Reservation = {
    _tag: "Reservation",
    configHash,
    configDetails,
    size,
    asked: params.numDomainsToGenerate
  }
  return reservation
})

/** How many names there are for it when the first `taken` are gone: as many as it asks for, or what is left. */
export const grant = (self: Reservation, taken: bigint): Result.Result<bigint, SpaceExhausted> => {
  const left = self.size - taken
  if (left <= 0n) return Result.fail(new SpaceExhausted({ configHash: self.configHash, size: self.size }))
  return Result.succeed(self.asked === 0 || BigInt(self.asked) > left ? left : BigInt(self.asked))
}
