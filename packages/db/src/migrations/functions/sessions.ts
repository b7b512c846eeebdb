import type { FunctionDefinition } from "./FunctionDefinition.ts"

/**
 * Derives a session's hashes from what is known of its client, so that no writer can give others.
 *
 * A session fingerprint needs an address and a user agent; without either there is none.
 */
export const updateSessionFingerprint: FunctionDefinition = {
  schema: "auth",
  name: "update_session_fingerprint",
  arguments: "",
  result: "trigger",
  volatility: "immutable",
  body: `
begin
  -- host() leaves the network mask out: the same client has the same hash, however its address was written.
  new.session_fingerprint := encode(sha256(convert_to(
    host(new.ip_address) || '|' || new.user_agent || '|' || coalesce(new.screen_resolution, ''), 'UTF8')), 'hex');
  new.user_agent_hash := public.generate_user_agent_hash(new.user_agent);
  new.browser_fingerprint := encode(sha256(convert_to(
    new.user_agent || '|' || coalesce(new.screen_resolution, ''), 'UTF8')), 'hex');
  return new;
end
`
}

/**
 * One row that says whether a session may go on, and as whom.
 *
 * Sessions that are unknown, ended or expired, and those of users who are inactive or locked, are all
 * \`{"error": "session_not_found"}\`. Otherwise every flag that is raised makes the session invalid, and several may be. A valid
 * session brings the roles that have not expired with their permissions, and counts as active now.
 */
export const validateSessionSecurity: FunctionDefinition = {
  schema: "auth",
  name: "validate_session_security",
  arguments:
    "p_session_id character varying, p_client_ip inet, p_user_agent text, p_require_ip_match boolean DEFAULT false, p_require_ua_match boolean DEFAULT false",
  result: "TABLE(is_valid boolean, user_id uuid, security_flags jsonb, permissions text[], roles text[])",
  volatility: "volatile",
  body: `
#variable_conflict use_column
declare
  -- Columns without a zone hold UTC.
  moment constant timestamp := now() at time zone 'utc';
  session auth.sessions;
  flags jsonb := '{}';
begin
  select s.* into session
  from auth.sessions s
  join auth.users u on u.id = s.user_id
  where s.id = p_session_id
    and s.is_active and s.expires_at > moment
    and coalesce(u.is_active, true)
    -- A lock without an end holds until it is lifted; one that has ended does not lock.
    and not (coalesce(u.is_locked, false) and coalesce(u.locked_until > moment, true));

  if not found then
    return query select false, null::uuid, '{"error": "session_not_found"}'::jsonb, '{}'::text[], '{}'::text[];
    return;
  end if;

  if p_require_ip_match and host(session.ip_address) is distinct from host(p_client_ip) then
    flags := flags || '{"ip_mismatch": true}';
  end if;

  if p_require_ua_match and session.user_agent is distinct from p_user_agent then
    flags := flags || '{"user_agent_mismatch": true}';
  end if;

  -- Spelt as in auth.update_session_fingerprint. A client that hides what the session knows has none, and differs.
  if session.session_fingerprint is not null
    and session.session_fingerprint is distinct from encode(sha256(convert_to(
      host(p_client_ip) || '|' || p_user_agent || '|' || coalesce(session.screen_resolution, ''), 'UTF8')), 'hex')
  then
    flags := flags || '{"fingerprint_mismatch": true}';
  end if;

  if coalesce(session.last_activity_at, session.created_at) < moment - interval '30 minutes' then
    flags := flags || '{"idle_timeout": true}';
  end if;

  if flags <> '{}' then
    return query select false, session.user_id, flags, '{}'::text[], '{}'::text[];
    return;
  end if;

  -- At most one write a minute, however many requests.
  update auth.sessions s
  set last_activity_at = moment
  where s.id = session.id
    and (s.last_activity_at is null or s.last_activity_at < moment - interval '1 minute');

  return query
  select
    true,
    session.user_id,
    flags,
    coalesce(array_agg(distinct p.name::text order by p.name::text) filter (where p.name is not null), '{}'),
    coalesce(array_agg(distinct r.name::text order by r.name::text) filter (where r.name is not null), '{}')
  from auth.user_roles ur
  join auth.roles r on r.id = ur.role_id
  left join auth.role_permissions rp on rp.role_id = r.id
  left join auth.permissions p on p.id = rp.permission_id
  where ur.user_id = session.user_id
    and (ur.expires_at is null or ur.expires_at > moment);
end
`
}

/** Removes sessions that have expired or were ended, and says how many. */
export const cleanupExpiredSessions: FunctionDefinition = {
  schema: "auth",
  name: "cleanup_expired_sessions",
  arguments: "",
  result: "integer",
  volatility: "volatile",
  body: `
declare
  removed integer;
begin
  delete from auth.sessions
  where expires_at <= now() at time zone 'utc' or is_active is not true;
  get diagnostics removed = row_count;
  return removed;
end
`
}
