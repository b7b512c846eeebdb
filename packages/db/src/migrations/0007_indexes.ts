import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** The promised indexes: 21 of the accounts, 23 of the application. */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* Effect.forEach(indexes, (index) => sql.unsafe(`create index if not exists ${index}`), { discard: true })
})

const indexes = [
  "idx_sessions_user_id on auth.sessions (user_id)",
  "idx_sessions_expires_at on auth.sessions (expires_at)",
  "idx_sessions_active on auth.sessions (is_active, expires_at)",
  "idx_sessions_last_activity on auth.sessions (last_activity_at)",
  "idx_sessions_fingerprint on auth.sessions (session_fingerprint) where session_fingerprint is not null",
  "idx_sessions_user_agent_hash on auth.sessions (user_agent_hash) where user_agent_hash is not null",
  "idx_sessions_ip_address on auth.sessions (ip_address) where ip_address is not null",
  "idx_sessions_validation on auth.sessions (id, is_active, expires_at, user_id)",
  "idx_user_roles_user_id on auth.user_roles (user_id)",
  "idx_user_roles_role_id on auth.user_roles (role_id)",
  "idx_role_permissions_role_id on auth.role_permissions (role_id)",
  "idx_role_permissions_permission_id on auth.role_permissions (permission_id)",
  "idx_password_reset_user_id on auth.password_reset_tokens (user_id)",
  "idx_password_reset_expires on auth.password_reset_tokens (expires_at)",
  "idx_auth_audit_user_id on auth.auth_audit_log (user_id)",
  "idx_auth_audit_event_type on auth.auth_audit_log (event_type)",
  "idx_auth_audit_created_at on auth.auth_audit_log (created_at)",
  "idx_auth_audit_risk_score on auth.auth_audit_log (risk_score)",
  "idx_auth_audit_session_fingerprint on auth.auth_audit_log (session_fingerprint) where session_fingerprint is not null",
  "idx_rate_limits_identifier on auth.rate_limits (identifier)",
  "idx_rate_limits_blocked_until on auth.rate_limits (blocked_until)",

  "idx_campaigns_status on public.campaigns (status)",
  "idx_campaigns_type on public.campaigns (campaign_type)",
  "idx_campaigns_user_id on public.campaigns (user_id)",
  "idx_campaigns_created_at on public.campaigns (created_at desc)",
  "idx_generated_domains_offset on public.generated_domains (domain_generation_campaign_id, offset_index)",
  "idx_generated_domains_campaign_id on public.generated_domains (domain_generation_campaign_id)",
  "idx_generated_domains_name on public.generated_domains (domain_name)",
  "idx_personas_type on public.personas (persona_type)",
  "idx_personas_is_enabled on public.personas (is_enabled)",
  "idx_dns_results_campaign_id on public.dns_validation_results (dns_campaign_id)",
  "idx_dns_results_domain_name on public.dns_validation_results (domain_name)",
  "idx_dns_results_status on public.dns_validation_results (validation_status)",
  "idx_proxies_is_enabled on public.proxies (is_enabled)",
  "idx_http_results_campaign_id on public.http_keyword_results (http_keyword_campaign_id)",
  "idx_http_results_domain_name on public.http_keyword_results (domain_name)",
  "idx_http_results_status on public.http_keyword_results (validation_status)",
  "idx_http_keyword_results_dns_result_id on public.http_keyword_results (dns_result_id)",
  "idx_audit_logs_timestamp on public.audit_logs (timestamp desc)",
  "idx_audit_logs_user_id on public.audit_logs (user_id)",
  "idx_audit_logs_entity_type_id on public.audit_logs (entity_type, entity_id)",
  "idx_campaign_jobs_campaign_id on public.campaign_jobs (campaign_id)",
  "idx_campaign_jobs_status_scheduled_at on public.campaign_jobs (status, scheduled_at)",
  "idx_campaign_jobs_type on public.campaign_jobs (job_type)"
]
