/**
 * How common each byte is in text, 0 (rare) to 255: prose in several languages, source code and logs taken together.
 * Only the order matters, and only roughly: it chooses which bytes of a literal are looked for first.
 */

/** ASCII from the most to the least common, by a count over English prose and program text. */
const ASCII_ORDER =
  ' etaoinsrhldcumfpgyw\n.,bv-"\'k0_1;:()2I=S/TA3xCE5N4M8R9D6PBLO7WHFjG>U<zqVY{}[]`*!?#K&+@J|$%XQ~^Z\\\r\t'

export const FREQUENCY: Readonly<Uint8Array> = build()

function build(): Uint8Array {
  const table = new Uint8Array(256)
  for (let index = 0; index < ASCII_ORDER.length; index++) {
    table[ASCII_ORDER.charCodeAt(index)] = 250 - 2 * index
  }
  // UTF-8: continuation bytes are common wherever a text is not ASCII, and lead bytes more so: one script, few leads.
  table.fill(110, 0x80, 0xc0)
  table.fill(60, 0xc2, 0xe0)
  table.fill(170, 0xe3, 0xea)
  table[0xd0] = 230
  table[0xd1] = 225
  table[0xc3] = 160
  table[0xe2] = 160
  table[0x00] = 100
  table[0xff] = 60
  return table
}
