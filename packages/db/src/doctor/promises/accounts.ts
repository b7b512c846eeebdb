import { index, optional, references, required, stamped, type Table, table, uuidKey } from "../Promised.ts"

const now = "current_timestamp"
const known = (column: string) => `${column} is not null`

/** The nine tables of the schema `auth`. Their times have no zone and are UTC. */
export const accounts: ReadonlyArray<Table> = [
  table(
    "auth.users",
    {
      id: uuidKey,
      email: required("varchar(255)"),
      email_verified: optional("boolean", "false"),
      email_verification_token: optional("varchar(255)"),
      email_verification_expires_at: optional("timestamp"),
      password_hash: required("varchar(255)"),
      password_pepper_version: optional("integer", "1"),
      first_name: required("varchar(100)"),
      last_name: required("varchar(100)"),
      avatar_url: optional("text"),
      is_active: optional("boolean", "true"),
      is_locked: optional("boolean", "false"),
      failed_login_attempts: optional("integer", "0"),
      locked_until: optional("timestamp"),
      last_login_at: optional("timestamp"),
      last_login_ip: optional("inet"),
      password_changed_at: optional("timestamp", now),
      must_change_password: optional("boolean", "false"),
      mfa_enabled: required("boolean", "false"),
      created_at: optional("timestamp", now),
      updated_at: optional("timestamp", now)
    },
    { uniques: [["email"]], triggers: { set_timestamp_auth_users: stamped } }
  ),
  table(
    "auth.sessions",
    {
      id: required("varchar(128)"),
      user_id: required("uuid"),
      ip_address: optional("inet"),
      user_agent: optional("text"),
      user_agent_hash: optional("varchar(64)"),
      session_fingerprint: optional("varchar(255)"),
      browser_fingerprint: optional("text"),
      screen_resolution: optional("varchar(20)"),
      is_active: optional("boolean", "true"),
      expires_at: required("timestamp"),
      last_activity_at: optional("timestamp", now),
      created_at: optional("timestamp", now)
    },
    {
      foreignKeys: [references("user_id", "auth.users", "cascade")],
      indexes: {
        idx_sessions_user_id: index("user_id"),
        idx_sessions_expires_at: index("expires_at"),
        idx_sessions_active: index("is_active, expires_at"),
        idx_sessions_last_activity: index("last_activity_at"),
        idx_sessions_fingerprint: index("session_fingerprint", known("session_fingerprint")),
        idx_sessions_user_agent_hash: index("user_agent_hash", known("user_agent_hash")),
        idx_sessions_ip_address: index("ip_address", known("ip_address")),
        idx_sessions_validation: index("id, is_active, expires_at, user_id")
      },
      triggers: {
        trigger_session_fingerprint: { on: "insert or update", calls: "auth.update_session_fingerprint" }
      }
    }
  ),
  table(
    "auth.roles",
    {
      id: uuidKey,
      name: required("varchar(50)"),
      display_name: required("varchar(100)"),
      description: optional("text"),
      is_system_role: optional("boolean", "false"),
      created_at: optional("timestamp", now),
      updated_at: optional("timestamp", now)
    },
    { uniques: [["name"]], triggers: { set_timestamp_auth_roles: stamped } }
  ),
  table(
    "auth.permissions",
    {
      id: uuidKey,
      name: required("varchar(100)"),
      display_name: required("varchar(150)"),
      description: optional("text"),
      resource: required("varchar(50)"),
      action: required("varchar(20)"),
      created_at: optional("timestamp", now)
    },
    { uniques: [["name"], ["resource", "action"]] }
  ),
  table(
    "auth.user_roles",
    {
      user_id: required("uuid"),
      role_id: required("uuid"),
      assigned_by: optional("uuid"),
      assigned_at: optional("timestamp", now),
      expires_at: optional("timestamp")
    },
    {
      primaryKey: ["user_id", "role_id"],
      foreignKeys: [
        references("user_id", "auth.users", "cascade"),
        references("role_id", "auth.roles", "cascade"),
        references("assigned_by", "auth.users")
      ],
      indexes: { idx_user_roles_user_id: index("user_id"), idx_user_roles_role_id: index("role_id") }
    }
  ),
  table(
    "auth.role_permissions",
    { role_id: required("uuid"), permission_id: required("uuid") },
    {
      primaryKey: ["role_id", "permission_id"],
      foreignKeys: [
        references("role_id", "auth.roles", "cascade"),
        references("permission_id", "auth.permissions", "cascade")
      ],
      indexes: {
        idx_role_permissions_role_id: index("role_id"),
        idx_role_permissions_permission_id: index("permission_id")
      }
    }
  ),
  table(
    "auth.password_reset_tokens",
    {
      id: uuidKey,
      user_id: required("uuid"),
      token_hash: required("varchar(255)"),
      expires_at: required("timestamp"),
      used_at: optional("timestamp"),
      ip_address: optional("inet"),
      user_agent: optional("text"),
      created_at: optional("timestamp", now)
    },
    {
      foreignKeys: [references("user_id", "auth.users", "cascade")],
      indexes: { idx_password_reset_user_id: index("user_id"), idx_password_reset_expires: index("expires_at") }
    }
  ),
  table(
    "auth.auth_audit_log",
    {
      id: required("bigint", "serial"),
      user_id: optional("uuid"),
      session_id: optional("varchar(128)"),
      event_type: required("varchar(50)"),
      event_status: required("varchar(20)"),
      ip_address: optional("inet"),
      user_agent: optional("text"),
      session_fingerprint: optional("varchar(255)"),
      security_flags: optional("jsonb", "'{}'"),
      details: optional("jsonb"),
      risk_score: optional("integer", "0"),
      created_at: optional("timestamp", now)
    },
    {
      foreignKeys: [references("user_id", "auth.users")],
      indexes: {
        idx_auth_audit_user_id: index("user_id"),
        idx_auth_audit_event_type: index("event_type"),
        idx_auth_audit_created_at: index("created_at"),
        idx_auth_audit_risk_score: index("risk_score"),
        idx_auth_audit_session_fingerprint: index("session_fingerprint", known("session_fingerprint"))
      }
    }
  ),
  table(
    "auth.rate_limits",
    {
      id: required("bigint", "serial"),
      identifier: required("varchar(255)"),
      action: required("varchar(50)"),
      attempts: optional("integer", "1"),
      window_start: optional("timestamp", now),
      blocked_until: optional("timestamp")
    },
    {
      uniques: [["identifier", "action"]],
      indexes: {
        idx_rate_limits_identifier: index("identifier"),
        idx_rate_limits_blocked_until: index("blocked_until")
      }
    }
  )
]
