/**
 * Runs every matcher of this engine against every other and against the slow reference, on random patterns and texts.
 *
 *     node engines/regex/testing/tester.ts [--pairs 10M] [--workers 2] [--seed 1] [--keep-going]
 *
 * A difference is shrunk and printed as an entry for `regressions.json`, which the test command always runs. After RE2's
 * tester.cc, which found its bugs the same way.
 */
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { argument, count } from './arguments.ts'
import { differenceOf, subjectOf } from './compare.ts'
import type { Pair } from './compare.ts'
import { randomBroken, randomPattern, randomText, wholeCharacters } from './generate.ts'
import { Random } from './random.ts'
import { shrink } from './shrink.ts'

/** Texts for each pattern. Compiling costs more than matching, so several. */
const TEXTS = 32

export interface Difference {
  readonly pair: Pair
  readonly what: string
}

function fails(pair: Pair): boolean {
  try {
    return differenceOf(pair) !== undefined
  } catch {
    return true
  }
}

/** Compares `pairs` pairs; the differences, shrunk, at most `most` of them. */
export function compareMany(
  seed: number,
  pairs: number,
  most: number,
  progress: (done: number) => void = () => {},
  /** Told of each difference at once: who stops a long run has seen what there was. */
  onDifference: (difference: Difference) => void = () => {},
): Difference[] {
  const random = new Random(seed)
  const found: Difference[] = []
  for (let done = 0; done < pairs && found.length < most;) {
    const { pattern, options } = randomPattern(random)
    const subject = subjectOf(pattern, options, random.oneIn(12))
    if (!subject) continue
    for (let t = 0; t < TEXTS && done < pairs; t++, done++) {
      if (done % 5000 === 0) progress(done)
      const text = randomText(random)
      const plain = !random.oneIn(4)
      const from = plain ? 0 : wholeCharacters(text, random.below(text.length + 1))
      const broken = random.oneIn(8) ? randomBroken(random, text) : []
      const notBol = !plain && random.oneIn(4)
      const notEol = !plain && random.oneIn(4)
      const pair = { pattern, options, text, from, notBol, notEol, broken }
      let what = subject.difference(pair, t % 3 === 0)
      if (what === undefined) continue
      const small = shrink(pair, fails)
      what = differenceOf(small) ?? `only after other texts: ${what}`
      const difference = { pair: small, what }
      found.push(difference)
      onDifference(difference)
      break
    }
  }
  return found
}

export function regressions(): Pair[] {
  const list = JSON.parse(
    readFileSync(new URL('regressions.json', import.meta.url), 'utf8'),
  ) as Partial<Pair>[]
  return list.map((entry) => ({
    pattern: entry.pattern ?? '',
    options: entry.options ?? {},
    text: entry.text ?? '',
    from: entry.from ?? 0,
    notBol: entry.notBol ?? false,
    notEol: entry.notEol ?? false,
    broken: entry.broken ?? [],
  }))
}

interface Message {
  readonly done?: number
  readonly difference?: Difference
  readonly isOver?: true
}

async function main(): Promise<void> {
  const pairs = count(argument('pairs', '200k'))
  const workers = count(argument('workers', '1'))
  const seed = count(argument('seed', '1'))
  const most = process.argv.includes('--keep-going') ? 1000 : 5
  const started = performance.now()
  const done = Array.from({ length: workers }, () => 0)
  const found: Difference[] = []
  let shown = started
  const report = (): void => {
    const total = done.reduce((sum, one) => sum + one, 0)
    const seconds = (performance.now() - started) / 1000
    const rate = total / seconds
    const left = Math.round((pairs - total) / rate)
    process.stderr.write(`${total} of ${pairs} pairs, ${Math.round(rate)}/s, ${left} s left\n`)
  }
  await Promise.all(
    done.map(
      (_, i) =>
        new Promise<void>((resolve, reject) => {
          const share = Math.ceil(pairs / workers)
          const worker = new Worker(new URL(import.meta.url), {
            workerData: { seed: seed * 1000 + i, share, most },
          })
          worker.on('message', (message: Message) => {
            if (message.done !== undefined) done[i] = message.done
            if (message.isOver) done[i] = share
            if (message.difference) {
              const { pair, what } = message.difference
              found.push(message.difference)
              console.log(`${JSON.stringify(pair)}\n    ${what}`)
            }
            if (performance.now() - shown > 5000) {
              shown = performance.now()
              report()
            }
          })
          worker.on('error', reject)
          worker.on('exit', () => resolve())
        }),
    ),
  )
  const seconds = ((performance.now() - started) / 1000).toFixed(0)
  console.log(`${pairs} pairs, seed ${seed}, ${workers} workers, ${seconds} s: ${found.length} differences`)
  process.exitCode = found.length > 0 ? 1 : 0
}

if (!isMainThread && parentPort !== null) {
  const port = parentPort
  const { seed, share, most } = workerData as { seed: number; share: number; most: number }
  const post = (message: Message): void => port.postMessage(message)
  compareMany(
    seed,
    share,
    most,
    (done) => post({ done }),
    (difference) => post({ difference }),
  )
  post({ isOver: true })
} else if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main()
