/** Keyspace notifications: which are wanted, in Redis's letters. */

/** Letters in the order in which Redis prints them back; A stands for all of them, but not for m (misses), n (new keys). */
const CLASSES = 'g$lshzxetda'.split('')

export class Events {
  keyspace = false
  keyevent = false
  private readonly wanted = new Set<string>()

  /** False when there is a letter that means nothing. */
  set(text: string): boolean {
    if (!/^[KEAg$lshzxetdamno]*$/.test(text)) return false
    this.keyspace = text.includes('K')
    this.keyevent = text.includes('E')
    this.wanted.clear()
    for (const letter of text.includes('A') ? text + CLASSES.join('') : text) this.wanted.add(letter)
    return true
  }

  get text(): string {
    const isAll = CLASSES.every((letter) => this.wanted.has(letter))
    const letters = isAll ? ['A'] : CLASSES.filter((letter) => this.wanted.has(letter))
    return [
      ...letters,
      this.keyspace ? 'K' : '',
      this.keyevent ? 'E' : '',
      this.wanted.has('m') ? 'm' : '',
      this.wanted.has('n') ? 'n' : '',
    ].join('')
  }

  wants(letter: string): boolean {
    return (this.keyspace || this.keyevent) && this.wanted.has(letter)
  }
}
