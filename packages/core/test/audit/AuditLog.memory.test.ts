import { AuditLog } from "../../src/audit/AuditLog.ts"
import * as AuditLogSuite from "../../src/testing/AuditLogSuite.ts"

AuditLogSuite.suite("memory", AuditLog.layerMemory)
