/** What an element is made with: attributes by name, listeners as `onclick`. Null and false leave an attribute out. */
export type Props = Readonly<Record<string, string | number | boolean | null | ((event: Event) => void)>>
export type Child = Node | string | null

/** An element with its children. Text is always text: nothing that a page of strangers said becomes markup. */
export const el = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props = {},
  ...children: ReadonlyArray<Child>
): HTMLElementTagNameMap[Tag] => {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value)
    else if (value === true) element.setAttribute(name, "")
    else if (value !== null && value !== false) element.setAttribute(name, String(value))
  }
  element.append(...children.filter((child) => child !== null))
  return element
}

/** The element that the page always has. */
export const byId = (id: string): HTMLElement => {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`the page has no #${id}`)
  return element
}

/** Says something to whoever cannot see it change. */
export const announce = (text: string): void => {
  byId("news").textContent = text
}

export const count = (value: number | bigint | string): string =>
  BigInt(Math.round(Number(value))).toLocaleString("en-US")

/** Exact, however large. */
export const exact = (digits: string): string => BigInt(digits).toLocaleString("en-US")

/** So many seconds as people say them. */
export const duration = (seconds: number): string => {
  if (seconds < 1) return "under a second"
  if (seconds < 90) return `${Math.round(seconds)} s`
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`
  return `${Math.round(seconds / 3_600)} h`
}

/** A view: what it shows, and how it is put away. */
export interface View {
  readonly title: string
  readonly node: Node
  readonly close?: () => void
}
