import { Data, Effect, Redacted } from "effect"
import * as Pg from "../Pg.ts"

/** What a person at a terminal is told, and nothing more. */
export class Complaint extends Data.TaggedError("Complaint")<{ readonly message: string }> {}

/** How a person calls a command: as a script of this repository where they did, or by the name that it has everywhere else. */
export const spelt = (command: string): string => {
  const { npm_lifecycle_event: script = "", npm_package_name: project } = process.env
  return project === "domainflow" && script.startsWith("db:") ? `pnpm db:${command}` : `domainflow-db ${command}`
}

/** Runs a command on the database that `DATABASE_URL` names; complaints go to standard error and make the exit code 1. */
export const main = (applicationName: string, command: Effect.Effect<void, unknown, Pg.Client>): Promise<void> =>
  Effect.gen(function* () {
    const url = yield* fromEnvironment
    yield* command.pipe(
      Effect.provide(Pg.layer(url, { applicationName, maxConnections: 1 })),
      Effect.mapError((error) => new Complaint({ message: inWords(error, url) }))
    )
  }).pipe(
    Effect.catchTag("Complaint", ({ message }) =>
      Effect.sync(() => {
        console.error(message)
        process.exitCode = 1
      })
    ),
    Effect.runPromise
  )

const fromEnvironment = Effect.suspend(() => {
  const given = process.env["DATABASE_URL"]
  if (given === undefined || given === "") {
    return new Complaint({
      message: "DATABASE_URL is not set. It names the database: postgres://user:password@host:5432/database"
    })
  }
  return URL.canParse(given) && /^postgres(ql)?:$/.test(new URL(given).protocol)
    ? Effect.succeed(Redacted.make(given))
    : new Complaint({
        message: "DATABASE_URL is no PostgreSQL URL. It looks like postgres://user:password@host:5432/database"
      })
})

/** The chain of causes, without the URL: its password may stand in what a driver or a server repeats. */
const inWords = (error: unknown, url: Redacted.Redacted): string => {
  const { hostname, port, pathname, password } = new URL(Redacted.value(url))
  const said: Array<string> = []
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { message } = cause
    // Some repeat what caused them.
    if (!said.some((already) => already.includes(message))) said.push(message)
  }
  const words = `${decoded(hostname) || "localhost"}:${port || 5432}${pathname}: ${said.join(": ") || String(error)}`
  return [password, decoded(password)]
    .filter((secret) => secret !== "")
    .reduce((text, secret) => text.replaceAll(secret, "***"), words)
}

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
