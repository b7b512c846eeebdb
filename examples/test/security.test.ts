import { readFileSync } from "node:fs"
import { idleMinutes, linkMinutes, lockMinutes, sessionHours, sessionsPerUser } from "@domainflow/core/auth/limits"
import { maxLength, minLength } from "@domainflow/core/auth/Password"
import { limits } from "@domainflow/core/auth/RateLimits"
import { assert, it } from "vitest"

const page = readFileSync(new URL("../../docs/security.md", import.meta.url), "utf8")
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| ") && !/^\| (Rule|-)/.test(line))
  .map((line) => line.split("|").slice(1, -1))

// That the linked files are there is seen to for every page.
it("every rule names its requirement, its mechanism and a test that tries to break it", () => {
  assert.isAtLeast(rows.length, 25)
  for (const [rule, standard, mechanism, test, ...rest] of rows) {
    assert.match(standard ?? "", /ASVS \d+\.\d+\.\d+|NIST \d/, rule)
    assert.isNotEmpty(mechanism?.trim(), rule)
    assert.match(test ?? "", /\]\(\.\.\/packages\/[\w/-]+\/[\w/.-]+(\.test|Suite)\.ts\)/, rule)
    assert.isEmpty(rest, rule)
  }
})

it("the numbers are those of the code", () => {
  for (const said of [
    `${minLength} to ${maxLength} characters`,
    `${idleMinutes} minutes idle, ${sessionHours} hours at most, ${sessionsPerUser} a user`,
    `lock for ${lockMinutes} minutes`,
    `works once, ${linkMinutes} minutes`,
    `${limits.login.attempts} logins in ${limits.login.minutes} minutes`,
    `${limits.password_reset.attempts} links, ${limits.password_change.attempts} changes`
  ])
    assert.include(page, said)
})
