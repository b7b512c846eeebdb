import { Context, Effect, Layer, Option } from "effect"
import { Memory } from "../Memory.ts"
import type { StoreError } from "../StoreError.ts"
import type { ConfigState } from "./ConfigState.ts"

/** How much of each enumeration has been given away. Written only by `Campaigns.create`. */
export class ConfigStates extends Context.Service<
  ConfigStates,
  { readonly get: (configHash: string) => Effect.Effect<Option.Option<ConfigState>, StoreError> }
>()("@domainflow/core/ConfigStates") {
  static readonly layerMemory = Layer.effect(
    ConfigStates,
    Effect.map(Memory, ({ configStates }) =>
      ConfigStates.of({ get: (configHash) => Effect.sync(() => Option.fromNullishOr(configStates.get(configHash))) })
    )
  )
}
