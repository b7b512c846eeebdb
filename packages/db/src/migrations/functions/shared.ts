import type { FunctionDefinition } from "./FunctionDefinition.ts"

/** SHA-256 in hex, to compare and index user agents of any length; null for null. */
export const generateUserAgentHash: FunctionDefinition = {
  schema: "public",
  name: "generate_user_agent_hash",
  arguments: "user_agent_text text",
  result: "character varying",
  volatility: "immutable",
  body: `
begin
  return encode(sha256(convert_to(user_agent_text, 'UTF8')), 'hex');
end
`
}

/** Keeps updated_at. Columns without a zone hold UTC, whatever the zone of the session that writes. */
export const triggerSetTimestamp: FunctionDefinition = {
  schema: "public",
  name: "trigger_set_timestamp",
  arguments: "",
  result: "trigger",
  volatility: "volatile",
  body: `
begin
  if pg_typeof(new.updated_at) = 'timestamp without time zone'::regtype then
    new.updated_at := now() at time zone 'utc';
  else
    new.updated_at := now();
  end if;
  return new;
end
`
}
