import { spawn } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "vitest"

const folder = fileURLToPath(new URL("..", import.meta.url))
const examples = readdirSync(folder).filter((file) => file.endsWith(".ts"))

/** Every example ends in the output it prints, after this line. */
const mark = "// Prints:\n"

const run = (file: string) =>
  new Promise<{ code: number | null; output: string; errors: string }>((resolve) => {
    const child = spawn(process.execPath, ["--conditions=@domainflow/source", `${folder}${file}`], {
      env: { ...process.env, DATABASE_URL: undefined }
    })
    let [output, errors] = ["", ""]
    child.stdout.on("data", (text) => {
      output += text
    })
    child.stderr.on("data", (text) => {
      errors += text
    })
    child.on("close", (code) => resolve({ code, output, errors }))
  })

// At once: most of their time they wait, for servers that start and leases that end.
describe.concurrent("examples", () => {
  it.each(examples)("%s prints what it says, in at most 60 lines", { timeout: 180_000 }, async (file) => {
    const text = readFileSync(`${folder}${file}`, "utf8")
    assert.isAtMost(text.split("\n").length, 60)
    const [, promised] = text.split(mark)
    const { code, errors, output } = await run(file)
    assert.strictEqual(code, 0, errors)
    assert.strictEqual(
      output.trim(),
      promised
        ?.split("\n")
        .map((line) => line.replace(/^\/\/ ?/, ""))
        .join("\n")
        .trim()
    )
  })
})
