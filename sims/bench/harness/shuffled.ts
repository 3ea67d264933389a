/** The order of turns. */
import type { Stream } from '../../lab/kernel/random/stream.ts'

/** The same items in an order drawn from `shuffle`, each order as likely (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], shuffle: Stream): T[] {
  const order = [...items]
  for (let i = order.length - 1; i > 0; i--) {
    const j = shuffle.below(i + 1)
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return order
}
