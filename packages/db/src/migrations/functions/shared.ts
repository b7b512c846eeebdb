/** SHA-256 in hex, to compare and index user agents of any length; null for null. */
export const generateUserAgentHash = `
create or replace function public.generate_user_agent_hash(user_agent_text text)
returns varchar(64)
language plpgsql immutable
as $$
begin
  return encode(sha256(convert_to(user_agent_text, 'UTF8')), 'hex');
end
$$`

/** Keeps updated_at. Columns without a zone hold UTC, whatever the zone of the session that writes. */
export const triggerSetTimestamp = `
create or replace function public.trigger_set_timestamp()
returns trigger
language plpgsql
as $$
begin
  if pg_typeof(new.updated_at) = 'timestamp without time zone'::regtype then
    new.updated_at := now() at time zone 'utc';
  else
    new.updated_at := now();
  end if;
  return new;
end
$$`
