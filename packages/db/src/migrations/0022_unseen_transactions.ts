/**
 * Migration 0017 again, whose functions now know of transactions that this role may not look into: beside those of other
 * roles, too, a campaign's row has few versions.
 */
export { default } from "./0017_counters.ts"
