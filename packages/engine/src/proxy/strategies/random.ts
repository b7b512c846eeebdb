import type { Strategy } from "../Strategy.ts"

/** Any healthy proxy, each as likely as the other. */
export const random: Strategy = (healthy, _, chance) => healthy[Math.floor(chance * healthy.length)]!
