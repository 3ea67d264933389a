/**
 * One ARMSET after the other flips every element between two words while ARGREP COUNT yields at every chance: each count
 * must be all or none.
 *
 *     node engines/sparse-array/testing/flips.ts [searches] [seed]
 */
import { Engine } from '../server/engine.ts'
import { Client, frame, frameOf } from './client.ts'
import { seeded } from './random.ts'

const ELEMENTS = 600
/** Over as many slices as there are elements in two. */
const STRIDE = 2_048

export interface FlipRun {
  readonly searches: number
  /** Searches during which something was written. */
  readonly interrupted: number
}

/** Throws when a count is neither. */
export function runFlips(searches: number, seed: number): FlipRun {
  const random = seeded(seed)
  const engine = new Engine()
  const [reader, writer] = [new Client(engine), new Client(engine)]
  const setAll = (word: string): Uint8Array =>
    frameOf(['ARMSET', 'k', ...Array.from({ length: ELEMENTS }, (_, i) => [String(i * STRIDE), word]).flat()])
  // Of different lengths, so that texts move.
  const words = [setAll('a word that is looked for'), setAll('something else that is longer than the other')]
  writer.raw(words[0]!)
  let interrupted = 0
  for (let search = 0, turn = 0; search < searches; search++) {
    const before = turn
    reader.session.feed(frame('ARGREP', 'k', '-', '+', 'MATCH', 'looked for', 'COUNT'))
    while (reader.session.job !== null) {
      if (random.below(4) === 0) writer.raw(words[++turn % 2]!)
      engine.bury(random.below(50))
      reader.session.stepJob(1 + random.below(2_000))
    }
    if (turn > before) interrupted++
    const text = Buffer.from(reader.output()).toString()
    const wanted = before % 2 === 0 ? ELEMENTS : 0
    if (text !== `:${wanted}\r\n`)
      throw new Error(`search ${search} of seed ${seed} counted ${text}, not ${wanted}`)
    writer.raw(words[++turn % 2]!)
  }
  return { searches, interrupted }
}

if (import.meta.main) {
  const { searches, interrupted } = runFlips(Number(process.argv[2] ?? 10_000), Number(process.argv[3] ?? 1))
  console.log(`${searches} counts, each all or none; ${interrupted} were interrupted by writes`)
}
