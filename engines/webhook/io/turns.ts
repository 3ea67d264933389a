/**
 * Changes of one endpoint, one after the other. Each looks at what there is when its turn comes and is durable before the
 * next one looks, so no two overwrite each other in the store; changes of different endpoints do not wait for each other.
 */
export class Turns {
  private readonly last = new Map<number, Promise<unknown>>()

  /** Does it at once when nobody else is at it, else when those before have ended, well or not. */
  take<T>(endpoint: number, does: () => Promise<T>): Promise<T> {
    const before = this.last.get(endpoint)
    const mine = before === undefined ? does() : before.then(does, does)
    this.last.set(endpoint, mine)
    const leave = (): void => {
      if (this.last.get(endpoint) === mine) this.last.delete(endpoint)
    }
    mine.then(leave, leave)
    return mine
  }
}
