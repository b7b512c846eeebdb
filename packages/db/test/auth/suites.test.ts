import * as AuditLogSuite from "@domainflow/core/testing/AuditLogSuite"
import * as AuthLogSuite from "@domainflow/core/testing/AuthLogSuite"
import * as AuthSuite from "@domainflow/core/testing/AuthSuite"
import * as CredentialsSuite from "@domainflow/core/testing/CredentialsSuite"
import * as PasswordResetsSuite from "@domainflow/core/testing/PasswordResetsSuite"
import * as PasswordsSuite from "@domainflow/core/testing/PasswordsSuite"
import * as RateLimitsSuite from "@domainflow/core/testing/RateLimitsSuite"
import * as RolesSuite from "@domainflow/core/testing/RolesSuite"
import * as SessionsSuite from "@domainflow/core/testing/SessionsSuite"
import * as UsersSuite from "@domainflow/core/testing/UsersSuite"
import { layer } from "./support.ts"

AuditLogSuite.suite("postgres", layer)
AuthLogSuite.suite("postgres", layer)
UsersSuite.suite("postgres", layer)
RolesSuite.suite("postgres", layer)
RolesSuite.lastSuperAdmin("postgres", layer)
SessionsSuite.suite("postgres", layer)
CredentialsSuite.suite("postgres", layer)
CredentialsSuite.bootstrap("postgres", layer)
PasswordResetsSuite.suite("postgres", layer)
RateLimitsSuite.suite("postgres", layer)
AuthSuite.suite("postgres", layer)
PasswordsSuite.suite("postgres", layer)
