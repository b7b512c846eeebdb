import { parseArgs } from "node:util"

/** What the command line asks for. */
export interface Options {
  readonly databaseUrl: string | undefined
  readonly names: number
  readonly resolvers: ReadonlyArray<string>
  /** Seconds a page may take. */
  readonly timeout: number
  /** The real internet instead of the one on loopback. */
  readonly live: boolean
  readonly fresh: boolean
}

export const help = `Spells names, resolves them, fetches those that resolve, looks for keywords, keeps every answer.

usage: pnpm quickstart [options]

  --names N               how many names to spell (20000; 200 with --live)
  --database-url URL      a PostgreSQL of yours, 15 to 18 (an embedded one in .domainflow/)
  --live                  the real internet: the system's resolvers, 20 questions and 5 pages a second
  --resolver HOST:PORT    ask this resolver, with --live; may be given more than once
  --timeout SECONDS       how long a page may take, redirects included (3; 15 with --live)
  --fresh                 start over: forget what an earlier run of this size found
  --help                  this text

Stop it with Ctrl-C, or pull the plug: the next run goes on where this one was.
`

/** The options, or the sentence that says what is wrong with them. */
export const parse = (args: ReadonlyArray<string>): Options | "help" | { readonly wrong: string } => {
  try {
    const { values } = parseArgs({
      args: [...args].filter((arg) => arg !== "--"),
      options: {
        names: { type: "string" },
        "database-url": { type: "string" },
        live: { type: "boolean", default: false },
        resolver: { type: "string", multiple: true, default: [] },
        timeout: { type: "string" },
        fresh: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false }
      }
    })
    if (values.help) return "help"
    const live = values.live || values.resolver.length > 0
    const names = Number(values.names ?? (live ? 200 : 20_000))
    // 26^4 spellings of "…acme": the pattern the names come from.
    if (!Number.isInteger(names) || names < 1 || names > 456_976) {
      return { wrong: `--names ${values.names}: expected a whole number from 1 to 456976` }
    }
    const timeout = Number(values.timeout ?? (live ? 15 : 3))
    if (!(timeout > 0 && timeout <= 600)) {
      return { wrong: `--timeout ${values.timeout}: expected seconds, more than 0 and up to 600` }
    }
    const url = values["database-url"]
    if (url !== undefined && !(URL.canParse(url) && /^postgres(ql)?:$/.test(new URL(url).protocol))) {
      return { wrong: "--database-url: expected a URL such as postgres://user:password@host:5432/database" }
    }
    return { databaseUrl: url, names, resolvers: values.resolver, timeout, live, fresh: values.fresh }
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) }
  }
}
