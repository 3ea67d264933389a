/**
 * One literal by Knuth, Morris and Pratt: never more than two comparisons a byte, whatever the text. It is what the
 * search falls back to when a text makes the fast way slow, and what it uses for literals too long for the kernel.
 */
export class Kmp {
  private readonly needle: Uint8Array
  private readonly fold: Readonly<Uint8Array>
  /** border[k]: length of the longest proper prefix of needle[0..k) that is also its suffix. */
  private readonly border: Int32Array
  end = -1
  readonly which = 0

  /** `needle` is folded already; `fold` is applied to the text. */
  constructor(needle: Uint8Array, fold: Readonly<Uint8Array>) {
    this.needle = needle
    this.fold = fold
    this.border = borders(needle)
  }

  find(text: Uint8Array, from: number, to: number): number {
    const needle = this.needle
    const fold = this.fold
    const border = this.border
    let matched = 0
    for (let at = from; at < to; at++) {
      const byte = fold[text[at]!]!
      while (matched > 0 && needle[matched] !== byte) matched = border[matched]!
      if (needle[matched] === byte) matched++
      if (matched === needle.length) {
        this.end = at + 1
        return at + 1 - matched
      }
    }
    return -1
  }
}

function borders(needle: Uint8Array): Int32Array {
  const border = new Int32Array(needle.length + 1)
  let length = 0
  for (let k = 1; k < needle.length; k++) {
    while (length > 0 && needle[k] !== needle[length]) length = border[length]!
    if (needle[k] === needle[length]) length++
    border[k + 1] = length
  }
  return border
}
