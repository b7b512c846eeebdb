/** The names that the quickstart spells: three letters or digits, a brand, a zone. */
export const names = (count: number, zone = "com"): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, index) => {
    const digit = (place: number) => digits.charAt(Math.floor(index / digits.length ** place) % digits.length)
    return `${digit(2)}${digit(1)}${digit(0)}acme.${zone}`
  })

const digits = "abcdefghijklmnopqrstuvwxyz0123456789"
