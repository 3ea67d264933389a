/** ASCII case folding, the only one that keeps the length of a UTF-8 text. */

/** Each byte, with A-Z as a-z. */
export const FOLD: Readonly<Uint8Array> = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte,
)
export const IDENTITY: Readonly<Uint8Array> = Uint8Array.from({ length: 256 }, (_, byte) => byte)

function isLetter(byte: number): boolean {
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x7a
}

/** What to `or` to a byte of text before comparing it: 0x20 for a letter whose case does not matter. */
export function foldMask(byte: number, ignoreCase: boolean): number {
  return ignoreCase && isLetter(byte) ? 0x20 : 0
}
