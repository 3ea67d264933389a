/**
 * The tester for long texts: what `tester.ts`, whose texts have 16 characters at most, cannot see.
 *
 *     node engines/regex/testing/long.ts [--texts 1M] [--workers 2] [--seed 1] [--most 5]
 *     node engines/regex/testing/long.ts --planted
 *
 * Texts of 2 KB to 1 MB against JavaScript's engine, and up to 8 KB against the slow reference. `--planted` puts faults
 * that the engine once had back into a copy of it, one at a time, and says whether the tester finds them.
 */
import { pathToFileURL } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { argument, count } from './arguments.ts'
import { LongSubject } from './long-compare.ts'
import { longPattern, LongTexts } from './long-cases.ts'
import type { LongPattern } from './long-cases.ts'
import { Random } from './random.ts'

const TEXTS_PER_PATTERN = 100

export interface LongResult {
  readonly texts: number
  readonly bytes: number
  /** Texts also judged by the slow reference. */
  readonly byReference: number
  readonly differences: readonly string[]
}

function show({ pattern, options }: LongPattern, text: string, what: string): string {
  const shown = text.length > 300 ? `${text.slice(0, 200)}... (${text.length} characters)` : text
  return `${JSON.stringify(pattern.slice(0, 300))} ${JSON.stringify(options)} on ${JSON.stringify(shown)}\n    ${what}`
}

/** Compares on `texts` texts; ends early with `most` differences. */
export function compareLong(
  seed: number,
  texts: number,
  most: number,
  progress: (done: number) => void = () => {},
  /** Told of each difference at once: who stops a long run has seen what there was. */
  onDifference: (difference: string) => void = () => {},
): LongResult {
  const random = new Random(seed)
  const differences: string[] = []
  let done = 0
  let bytes = 0
  let byReference = 0
  while (done < texts && differences.length < most) {
    const source = longPattern(random)
    const subject = new LongSubject(source, random)
    const made = new LongTexts(source, random)
    for (let t = 0; t < TEXTS_PER_PATTERN && done < texts; t++) {
      if (done % 500 === 0) progress(done)
      const text = made.next()
      let difference: string | undefined
      try {
        const tried = subject.try(text)
        // What nobody can judge does not count.
        if (source.javascript === null && !tried.byReference) continue
        ;({ difference } = tried)
        if (tried.byReference) byReference++
      } catch (error) {
        difference = error instanceof Error ? (error.stack ?? error.message) : String(error)
      }
      done++
      bytes += text.length
      if (difference === undefined) continue
      const shown = show(source, text, difference)
      differences.push(shown)
      onDifference(shown)
      break
    }
  }
  return { texts: done, bytes, byReference, differences }
}

async function main(): Promise<void> {
  if (process.argv.includes('--planted')) {
    const { findPlanted } = await import('./planted.ts')
    const found = findPlanted()
    for (const { name, what } of found)
      console.log(`${what === null ? 'MISSED' : 'found '} ${name}\n    ${what ?? ''}`)
    const seen = found.filter(({ what }) => what !== null).length
    console.log(`${seen} of ${found.length} planted faults found`)
    process.exitCode = seen === found.length ? 0 : 1
    return
  }
  const texts = count(argument('texts', '20k'))
  const workers = count(argument('workers', '1'))
  const seed = count(argument('seed', '1'))
  const most = count(argument('most', '5'))
  const started = performance.now()
  const done = Array.from({ length: workers }, () => 0)
  const results: LongResult[] = []
  let shown = started
  await Promise.all(
    done.map(
      (_, i) =>
        new Promise<void>((resolve, reject) => {
          const share = Math.ceil(texts / workers)
          const worker = new Worker(new URL(import.meta.url), {
            workerData: { seed: seed * 1000 + i, share, most },
          })
          worker.on('message', (message: number | string | LongResult) => {
            if (typeof message === 'number') done[i] = message
            else if (typeof message === 'string') console.log(message)
            else results.push(message)
            if (performance.now() - shown < 5000) return
            shown = performance.now()
            const total = done.reduce((sum, one) => sum + one, 0)
            const rate = (total / (shown - started)) * 1000
            process.stderr.write(`${total} of ${texts} texts, ${Math.round(rate)}/s\n`)
          })
          worker.on('error', reject)
          worker.on('exit', () => resolve())
        }),
    ),
  )
  const sum = (of: (result: LongResult) => number): number => results.reduce((all, one) => all + of(one), 0)
  const differences = results.flatMap((result) => result.differences)
  const seconds = ((performance.now() - started) / 1000).toFixed(0)
  const megabytes = Math.round(sum(({ bytes }) => bytes) / 1e6)
  console.log(
    `${sum((one) => one.texts)} texts, ${megabytes} MB, ${sum(({ byReference }) => byReference)} of them against the ` +
      `reference, seed ${seed}, ${seconds} s: ${differences.length} differences`,
  )
  process.exitCode = differences.length > 0 ? 1 : 0
}

if (!isMainThread && parentPort !== null) {
  const port = parentPort
  const { seed, share, most } = workerData as { seed: number; share: number; most: number }
  const post = (message: number | string | LongResult): void => port.postMessage(message)
  post(compareLong(seed, share, most, post, post))
} else if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main()
