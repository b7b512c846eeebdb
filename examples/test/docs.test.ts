import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "vitest"

const root = fileURLToPath(new URL("../..", import.meta.url))
const pages = [
  "README.md",
  "SECURITY.md",
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).map((page) => join("docs", page))
].filter((page) => page.endsWith(".md") && existsSync(join(root, page)))

describe("documentation", () => {
  it.each(pages)("%s quotes programs as they are, and links to what exists", (page) => {
    const text = readFileSync(join(root, page), "utf8")
    // A block after `<!-- path -->` is a quotation of that file.
    for (const [, file, block] of text.matchAll(/<!-- (\S+\/\S+) -->\n```\w+\n([\s\S]*?)```/g)) {
      assert.include(readFileSync(join(root, file!), "utf8"), block!)
    }
    for (const [, link] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      assert.isTrue(existsSync(join(root, dirname(page), link!)), `${page} links to ${link}`)
    }
  })
})
