/** 32-bit words in an array that doubles: what one second brings, filled and cleared every second without garbage. */
export class Words {
  /** The first `count` of them count. */
  values: Uint32Array = new Uint32Array(64)
  count = 0

  add(word: number): void {
    if (this.count === this.values.length) this.values = doubled(this.values)
    this.values[this.count++] = word
  }

  clear(): void {
    this.count = 0
  }
}

export function doubled(words: Uint32Array): Uint32Array {
  const more = new Uint32Array(2 * words.length)
  more.set(words)
  return more
}
