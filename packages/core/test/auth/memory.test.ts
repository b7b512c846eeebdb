import { PasswordHasher } from "../../src/auth/PasswordHasher.ts"
import * as AuthLogSuite from "../../src/testing/AuthLogSuite.ts"
import * as AuthSuite from "../../src/testing/AuthSuite.ts"
import { layerMemory } from "../../src/testing/authFixture.ts"
import * as CredentialsSuite from "../../src/testing/CredentialsSuite.ts"
import * as PasswordHasherSuite from "../../src/testing/PasswordHasherSuite.ts"
import * as PasswordResetsSuite from "../../src/testing/PasswordResetsSuite.ts"
import * as PasswordsSuite from "../../src/testing/PasswordsSuite.ts"
import * as RateLimitsSuite from "../../src/testing/RateLimitsSuite.ts"
import * as RolesSuite from "../../src/testing/RolesSuite.ts"
import * as SessionsSuite from "../../src/testing/SessionsSuite.ts"
import * as UsersSuite from "../../src/testing/UsersSuite.ts"

UsersSuite.suite("memory", layerMemory)
RolesSuite.suite("memory", layerMemory)
RolesSuite.lastSuperAdmin("memory", layerMemory)
SessionsSuite.suite("memory", layerMemory)
CredentialsSuite.suite("memory", layerMemory)
CredentialsSuite.bootstrap("memory", layerMemory)
PasswordResetsSuite.suite("memory", layerMemory)
RateLimitsSuite.suite("memory", layerMemory)
AuthLogSuite.suite("memory", layerMemory)
PasswordHasherSuite.suite("memory", PasswordHasher.layerMemory)
AuthSuite.suite("memory", layerMemory)
PasswordsSuite.suite("memory", layerMemory)
