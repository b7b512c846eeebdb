import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "vitest"

const root = fileURLToPath(new URL("../..", import.meta.url))
const pages = [
  "README.md",
  "SECURITY.md",
  "CONTRIBUTING.md",
  ...["core", "db", "engine", "http-adapter"].map((name) => `packages/${name}/README.md`),
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).map((page) => join("docs", page))
].filter((page) => page.endsWith(".md") && existsSync(join(root, page)))

describe("documentation", () => {
  it.each(pages)("%s quotes programs as they are, and links to what exists", (page) => {
    const text = readFileSync(join(root, page), "utf8")
    // A block after `<!-- path -->` is a quotation of that file.
    for (const [, file, block] of text.matchAll(/<!-- (\S+\/\S+) -->\n```\w+\n([\s\S]*?)```/g)) {
      assert.include(readFileSync(join(root, file!), "utf8"), block!)
    }
    for (const [, link = "", place] of text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)) {
      const target = link === "" ? join(root, page) : join(root, dirname(page), link)
      assert.isTrue(existsSync(target), `${page} links to ${link}`)
      if (place !== undefined) assert.include(places(readFileSync(target, "utf8")), place, `${page} links to ${link}`)
    }
  })

  it("knows every command that it tells to run", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
    // What pnpm does by itself, and what packages bring.
    const known = new Set([...Object.keys(scripts), "install", "exec", "changeset", "pack", "-r", "-s"])
    for (const page of pages) {
      for (const [, command] of readFileSync(join(root, page), "utf8").matchAll(
        /`(?:npx -y )?pnpm(?:@[\d.]+)? ([\w:-]+)/g
      )) {
        assert.isTrue(known.has(command!), `${page} tells to run pnpm ${command}`)
      }
    }
  })

  it("names the files of every table's model, port and layer", () => {
    const rows = readFileSync(join(root, "docs/schema.md"), "utf8").matchAll(
      /^\| `[\w.]+` +\| `(\w+\/\w+)`(?: `\w+`)* +\| `(\w+\/\w+)` +\| `(\w+\/\w+)` +\|$/gm
    )
    let tables = 0
    for (const [, model, port, layer] of rows) {
      tables++
      for (const file of [`core/src/${model}`, `core/src/${port}`, `db/src/${layer}`]) {
        assert.isTrue(existsSync(join(root, "packages", `${file}.ts`)), file)
      }
    }
    assert.strictEqual(tables, 22)
  })
})

/** The places of a page that a link can name, as forges make them of its headings. */
const places = (text: string) =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-")
  )
