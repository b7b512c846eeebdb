/** Names of the bench, half of which exist. The same in both processes. */
export const origin = "bench.test"
export const count = 40_000

export const nameOf = (i: number): string => `n${String(i).padStart(6, "0")}.${origin}`

/** Whether the name exists; spread so that neither half comes in runs. */
export const exists = (i: number): boolean => ((i * 2_654_435_761) >>> 16) % 2 === 0

export const addressOf = (i: number): string => `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`

export const names: ReadonlyArray<string> = Array.from({ length: count }, (_, i) => nameOf(i))

/** What has to be asked: the address of every name, IPv6 only of those that exist. */
export const questions: ReadonlyArray<{ readonly name: string; readonly type: "A" | "AAAA" }> = names.flatMap(
  (name, i) =>
    exists(i)
      ? [
          { name, type: "A" as const },
          { name, type: "AAAA" as const }
        ]
      : [{ name, type: "A" as const }]
)

export const existing: number = names.filter((_, i) => exists(i)).length
