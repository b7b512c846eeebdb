import { Schema } from "effect"

/** How much of one enumeration has been given to campaigns: a row of `domain_generation_config_states`. */
export class ConfigState extends Schema.Class<ConfigState>("@domainflow/core/ConfigState")({
  configHash: Schema.String,
  /** The first offset that no campaign holds. Only grows. */
  lastOffset: Schema.BigInt,
  configDetails: Schema.Json,
  updatedAt: Schema.Date
}) {}
