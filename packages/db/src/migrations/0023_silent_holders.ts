/**
 * Migration 0017 again, whose function that counts now bounds how long its transaction may say nothing: the lock of a campaign that
 * a machine without power or network held kept all others waiting, until TCP gave that one up two hours later.
 */
export { default } from "./0017_counters.ts"
