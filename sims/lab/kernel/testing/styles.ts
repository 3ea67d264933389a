/**
 * What the comfort of Resource and processes costs, beside a bare event loop:
 *
 *     npm run kernel:styles [-- ROUNDS]
 *
 * The same M/M/1 and M/M/20 (mmc.ts) from the same streams in three styles, which must serve the same customers with the
 * same mean wait before their times count. In each round all three run once, in shuffled order; a ratio is taken within
 * its round, and printed as the median over rounds with its 95 % interval (sign test).
 */
import { openStream } from '../random/stream.ts'
import { mmcBare, mmcFlat, mmcProcesses, type BareRun, type MmcParameters } from './mmc.ts'

type Style = (p: MmcParameters) => BareRun

const STYLES: Readonly<Record<string, Style>> = {
  'bare loop': mmcBare,
  'loop and Resource': (p) => answer(mmcFlat(p).desk),
  'processes and Resource': (p) => answer(mmcProcesses(p).desk),
}

type Model = Omit<MmcParameters, 'arrivals' | 'services'>

const MODELS: Readonly<Record<string, Model>> = {
  'M/M/1 at 80 %': { arrivalRate: 0.8, serviceTime: 1, servers: 1, until: 250_000 },
  'M/M/20 at 90 %': { arrivalRate: 18, serviceTime: 1, servers: 20, until: 12_000 },
}

const answer = ({ waits }: { waits: { count: number; mean: number } }): BareRun => ({
  started: waits.count,
  meanWait: waits.mean,
})

export interface StyleCost {
  readonly style: string
  /** Of time per customer, in multiples of the bare loop's: median over rounds, and its interval. */
  readonly ratio: number
  readonly low: number
  readonly high: number
  /** Customers per second, best round. */
  readonly rate: number
}

/** Measures one model in all styles. RangeError below 6 rounds, which give no interval of 95 %. */
export function measureStyles(model: Model, rounds: number, styles = STYLES): StyleCost[] {
  if (!(Number.isInteger(rounds) && rounds >= 6))
    throw new RangeError('rounds must be a whole number, at least 6')
  const names = Object.keys(styles)
  const order = openStream(1, 0, 'order')
  const seconds = new Map(names.map((name) => [name, [] as number[]]))
  let expected: BareRun | undefined
  // The first round warms up the compiler and is not counted.
  for (let round = 0; round <= rounds; round++) {
    const left = [...names]
    while (left.length > 0) {
      const [name] = left.splice(order.below(left.length), 1)
      const streams = {
        arrivals: openStream(1, round, 'arrivals'),
        services: openStream(1, round, 'services'),
      }
      const started = performance.now()
      const run = styles[name!]!({ ...model, ...streams })
      const took = (performance.now() - started) / 1000
      if (left.length === names.length - 1) expected = run
      else verify(name!, run, expected!)
      if (round > 0) seconds.get(name!)!.push(took / run.started)
    }
  }
  const base = seconds.get('bare loop')!
  return names.map((style) => {
    const own = seconds.get(style)!
    const ratios = own.map((time, round) => time / base[round]!).toSorted((a, b) => a - b)
    const rank = lowRank(rounds)
    return {
      style,
      ratio: (ratios[(rounds - 1) >> 1]! + ratios[rounds >> 1]!) / 2,
      low: ratios[rank]!,
      high: ratios[rounds - 1 - rank]!,
      rate: 1 / Math.min(...own),
    }
  })
}

function verify(name: string, run: BareRun, expected: BareRun): void {
  // Sums in another order differ in the last digits.
  const isSame = Math.abs(run.meanWait - expected.meanWait) <= 1e-9 * expected.meanWait
  if (run.started !== expected.started || !isSame) {
    throw new Error(`${name} served ${run.started} customers, ${expected.started} expected`)
  }
}

/**
 * Rank, from 0, of the lower end of the median's interval among `n` sorted values: the median lies below that value with
 * a probability of at most 2.5 % (sign test; needs n of at least 6).
 */
export function lowRank(n: number): number {
  let probability = 0.5 ** n
  let below = probability
  let rank = 0
  while (below <= 0.025) {
    rank += 1
    probability *= (n - rank + 1) / rank
    below += probability
  }
  return rank - 1
}

if (import.meta.main) {
  const rounds = Number(process.argv[2] ?? 21)
  for (const [name, model] of Object.entries(MODELS)) {
    console.log(`${name}, ${rounds} rounds:`)
    for (const { style, ratio, low, high, rate } of measureStyles(model, rounds)) {
      const interval = `${ratio.toFixed(2)}x (${low.toFixed(2)}-${high.toFixed(2)})`
      console.log(`  ${style.padEnd(24)}${interval.padEnd(20)}${(rate / 1e6).toFixed(2)} M customers/s`)
    }
  }
}
