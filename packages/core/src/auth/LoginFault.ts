import { lockMinutes, longestLockMinutes } from "./limits.ts"

/** Why a login failed. The log says it; the caller is never told. */
export type LoginFault = "unknown" | "wrong password" | "locked" | "inactive" | "second factor" | "changed meanwhile"

/** How worrying a failure is, 0 to 100: everybody mistypes, hardly anybody tries an account that is locked. */
export const risk: Record<LoginFault, number> = {
  unknown: 20,
  "wrong password": 30,
  locked: 60,
  inactive: 50,
  "second factor": 70,
  "changed meanwhile": 10
}

/** Whether a failure counts towards a lock: somebody is guessing. */
export const isGuess: Record<LoginFault, boolean> = {
  unknown: false,
  "wrong password": true,
  locked: false,
  inactive: false,
  "second factor": true,
  "changed meanwhile": false
}

/** Minutes of the lock that follows `locks` locks without a login between. */
export const lockFor = (locks: number): number => Math.min(lockMinutes * 2 ** locks, longestLockMinutes)
