import { parseArgs } from "node:util"
import { Effect } from "effect"
import * as DevelopmentUsers from "../auth/DevelopmentUsers.ts"
import * as Migrations from "../Migrations.ts"
import { main, spelt } from "./Database.ts"

const help = `Brings the database of DATABASE_URL to this release. A database that holds schema v3 already is adopted in place.

usage: ${spelt("migrate")} [--seed-development-users]

  --seed-development-users   adds the three documented users, whose passwords everybody knows; never in production
  --help                     prints this`

const { values: flags } = parseArgs({
  options: { "seed-development-users": { type: "boolean" }, help: { type: "boolean", short: "h" } }
})

const migrate = Effect.gen(function* () {
  const done = yield* Migrations.run
  for (const [id, name] of done) console.log(`${String(id).padStart(4, "0")} ${name}`)
  console.log(done.length === 0 ? "Nothing to do: the database is up to date." : `${done.length} migrations run.`)
  if (flags["seed-development-users"]) {
    const added = yield* DevelopmentUsers.seedDevelopmentUsers
    console.log(added.length === 0 ? "The development users are there already." : `Users added: ${added.join(", ")}.`)
  }
})

if (flags.help) console.log(help)
else await main("domainflow migrate", migrate)
