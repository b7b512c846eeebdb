/**
 * Migration 0017 again, for databases that ran an earlier form of it: there a campaign's own counters stayed behind its rows
 * also where no transaction was open.
 */
export { default } from "./0017_counters.ts"
