#!/usr/bin/env node
/** `domainflow-db migrate | doctor | audit`: the commands, in a project that has this package. */

const commands: Readonly<Record<string, () => Promise<unknown>>> = {
  migrate: () => import("./migrate.ts"),
  doctor: () => import("./doctor.ts"),
  audit: () => import("./audit.ts")
}

const help = `Looks after the database of DATABASE_URL.

usage: domainflow-db migrate | doctor | audit

  migrate   brings it to this release; a database that holds schema v3 already is adopted in place
  doctor    compares it with the schema, and says how to mend what differs
  audit     walks the audit trails and says whether they are what was written

Each has a --help of its own.`

// What is left is the command's.
const [name = "--help"] = process.argv.splice(2, 1)
const command = Object.hasOwn(commands, name) ? commands[name] : undefined

if (command !== undefined) await command()
else if (name === "--help" || name === "-h") console.log(help)
else {
  console.error(`${name} is none of its commands.\n\n${help}`)
  process.exitCode = 1
}
