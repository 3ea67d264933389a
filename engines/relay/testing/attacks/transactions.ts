/**
 * Checks under way, many: 20,000 before a client's check, 5,000 between it and its answer, all within one second, from
 * one live flow with the ufrags of other sessions, so that each of them is one whose answer would change a flow.
 */
import { Stage } from './stage.ts'

const FLOODER = 0xc6336409

export interface TransactionsResult {
  readonly clients: number
  readonly confirmed: number
}

export function transactionFlood(
  before = 20_000,
  between = 5_000,
  transactions = 16_384,
  clients = 200,
): TransactionsResult {
  const stage = new Stage({ transactions })
  const foreign = Array.from({ length: 8 }, (_, i) => stage.ufrag(2, i))
  stage.answer(1, stage.check(stage.ufrag(1, 0), FLOODER, 1, 0), FLOODER, 1, 0)
  let sent = 0
  const flood = (count: number): void => {
    for (let i = 0; i < count; i++) stage.check(foreign[sent++ & 7]!, FLOODER, 1, 0.5)
  }
  flood(before)
  let confirmed = 0
  for (let client = 0; client < clients; client++) {
    const address = 0x0b000000 + client
    const transaction = stage.check(stage.ufrag(3, client), address, 5000, 0.5)
    flood(between)
    stage.answer(3, transaction, address, 5000, 0.5)
    if (stage.media(address, 5000, 0.5) === 3) confirmed++
  }
  return { clients, confirmed }
}
