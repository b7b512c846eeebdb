/** The numbers of login. Each is a promise of the documentation; none is there to be tuned per installation. */

/** A session that nobody used for so long is over (OWASP ASVS 5.0, 7.3.1). The SQL function knows the same number. */
export const idleMinutes = 30
/** However busy, a session ends (OWASP ASVS 5.0, 7.3.2). */
export const sessionHours = 12
/** The oldest goes when another one opens. */
export const sessionsPerUser = 5
/** A page that loads while its token is rotated still has the old one in its other requests. */
export const rotationGraceSeconds = 10

/** Wrong passwords in a row until the account is locked for strangers. */
export const failuresUntilLock = 5
/** The first lock; each following one without a login between lasts twice as long. */
export const lockMinutes = 15
/** Doubling stops here: a day a guess is slow enough. */
export const longestLockMinutes = 24 * 60

/** A device that logged in is known for so long after its last login. */
export const deviceDays = 90
/** The one used longest ago is forgotten when another one logs in. */
export const devicesPerUser = 10

/** A link in an e-mail works once, and so long. */
export const linkMinutes = 30
