import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** Users, sessions, roles and the trail of what happened to them. */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  yield* sql`
    create table if not exists auth.users (
      id uuid primary key default gen_random_uuid(),
      email varchar(255) not null unique,
      email_verified boolean default false,
      email_verification_token varchar(255),
      email_verification_expires_at timestamp,
      password_hash varchar(255) not null,
      password_pepper_version integer default 1,
      first_name varchar(100) not null,
      last_name varchar(100) not null,
      avatar_url text,
      is_active boolean default true,
      is_locked boolean default false,
      failed_login_attempts integer default 0,
      locked_until timestamp,
      last_login_at timestamp,
      last_login_ip inet,
      password_changed_at timestamp default current_timestamp,
      must_change_password boolean default false,
      mfa_enabled boolean not null default false,
      created_at timestamp default current_timestamp,
      updated_at timestamp default current_timestamp
    )
  `

  yield* sql`
    create table if not exists auth.sessions (
      id varchar(128) primary key,
      user_id uuid not null references auth.users (id) on delete cascade,
      ip_address inet,
      user_agent text,
      user_agent_hash varchar(64),
      session_fingerprint varchar(255),
      browser_fingerprint text,
      screen_resolution varchar(20),
      is_active boolean default true,
      expires_at timestamp not null,
      last_activity_at timestamp default current_timestamp,
      created_at timestamp default current_timestamp
    )
  `

  yield* sql`
    create table if not exists auth.roles (
      id uuid primary key default gen_random_uuid(),
      name varchar(50) not null unique,
      display_name varchar(100) not null,
      description text,
      is_system_role boolean default false,
      created_at timestamp default current_timestamp,
      updated_at timestamp default current_timestamp
    )
  `

  yield* sql`
    create table if not exists auth.permissions (
      id uuid primary key default gen_random_uuid(),
      name varchar(100) not null unique,
      display_name varchar(150) not null,
      description text,
      resource varchar(50) not null,
      action varchar(20) not null,
      created_at timestamp default current_timestamp,
      unique (resource, action)
    )
  `

  yield* sql`
    create table if not exists auth.user_roles (
      user_id uuid not null references auth.users (id) on delete cascade,
      role_id uuid not null references auth.roles (id) on delete cascade,
      assigned_by uuid references auth.users (id),
      assigned_at timestamp default current_timestamp,
      expires_at timestamp,
      primary key (user_id, role_id)
    )
  `

  yield* sql`
    create table if not exists auth.role_permissions (
      role_id uuid not null references auth.roles (id) on delete cascade,
      permission_id uuid not null references auth.permissions (id) on delete cascade,
      primary key (role_id, permission_id)
    )
  `

  yield* sql`
    create table if not exists auth.password_reset_tokens (
      id uuid primary key default gen_random_uuid(),
      user_id uuid not null references auth.users (id) on delete cascade,
      token_hash varchar(255) not null,
      expires_at timestamp not null,
      used_at timestamp,
      ip_address inet,
      user_agent text,
      created_at timestamp default current_timestamp
    )
  `

  yield* sql`
    create table if not exists auth.auth_audit_log (
      id bigserial primary key,
      user_id uuid references auth.users (id),
      session_id varchar(128),
      event_type varchar(50) not null,
      event_status varchar(20) not null,
      ip_address inet,
      user_agent text,
      session_fingerprint varchar(255),
      security_flags jsonb default '{}',
      details jsonb,
      risk_score integer default 0,
      created_at timestamp default current_timestamp
    )
  `

  yield* sql`
    create table if not exists auth.rate_limits (
      id bigserial primary key,
      identifier varchar(255) not null,
      action varchar(50) not null,
      attempts integer default 1,
      window_start timestamp default current_timestamp,
      blocked_until timestamp,
      unique (identifier, action)
    )
  `
})
