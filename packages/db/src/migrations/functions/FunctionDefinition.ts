/** A plpgsql function, in the spelling of PostgreSQL's own catalogue, so that what stands there can be compared with it. */
export interface FunctionDefinition {
  readonly schema: "auth" | "public"
  readonly name: string
  /** As `pg_get_function_arguments` prints them: without lengths, defaults included. */
  readonly arguments: string
  /** As `pg_get_function_result` prints it. */
  readonly result: string
  readonly volatility: "immutable" | "volatile"
  /** Between `$$` and `$$`. */
  readonly body: string
}

/**
 * Makes the function as defined, whatever stands under its name: statements to be run in order.
 *
 * A function of other arguments or result cannot be replaced, and beside ours it would make calls ambiguous: it goes.
 */
export const statements = (self: FunctionDefinition): ReadonlyArray<string> => [
  `do $do$
declare other regprocedure;
begin
  for other in
    select p.oid from pg_proc p
    where p.pronamespace = '${self.schema}'::regnamespace
      and p.proname = '${self.name}'
      and (pg_get_function_arguments(p.oid), pg_get_function_result(p.oid))
        is distinct from ('${self.arguments}', '${self.result}')
  loop
    execute format('drop function %s', other);
  end loop;
end
$do$`,
  `create or replace function ${self.schema}.${self.name}(${self.arguments})
returns ${self.result}
language plpgsql ${self.volatility}
as $$${self.body}$$`
]
