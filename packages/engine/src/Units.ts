/**
 * The UTF-16 units of `text`, then zeros for at least `margin` more. They stand until the next call: there is one array
 * for all.
 *
 * For loops that look at every unit, and end before anything else can run: an array is read three to four times as fast
 * as a string, and filling it costs a fiftieth of that.
 */
export const unitsOf = (text: string): Uint16Array => {
  if (text.length + margin > units.length) {
    units = new Uint16Array(2 * text.length + margin)
    bytes = Buffer.from(units.buffer)
  }
  bytes.write(text, "utf16le")
  units.fill(0, text.length, text.length + margin)
  return units
}

/** Zeros after the text, in units: whoever looks a few ahead needs not ask whether the text goes on. */
const margin = 16

let units = new Uint16Array(2 ** 16)
let bytes = Buffer.from(units.buffer)
