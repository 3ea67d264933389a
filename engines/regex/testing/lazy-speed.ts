/**
 * Minimal repetitions on 1 MB each of a log, of source and of HTML, beside JavaScript's engine: MB/s of `count` and of
 * `spans`, and how often a match stands. Counts must agree, or the figure is not printed.
 *
 *     node engines/regex/testing/lazy-speed.ts
 */
import { compile } from '../index.ts'
import { Random } from './random.ts'

const SIZE = 1e6
/**
 * A question is asked until so many times in a row were no quicker than the quickest before. The compiler works beside
 * the program: on a busy machine it may take seconds to get to a walk, and until then that is interpreted, at a tenth
 * of its speed. A fixed time of warming up measured that once in a while.
 */
const NO_QUICKER = 20
const LEAST_MS = 200

/** Our pattern, and JavaScript's where it is spelt differently. */
const PATTERNS: readonly (readonly [string, string?])[] = [
  ['<.+?>'],
  ['"[^"]*?"', '"[^"\\n]*?"'],
  ['ERROR.*?timeout'],
  ['^.{0,200}?([Gg]oogle[Bb]ot)'],
  ['[[:alnum:]_.-]{0,50}?(api_key|secret|token)', '[\\w.-]{0,50}?(api_key|secret|token)'],
  ['/\\*.*?\\*/'],
  ['\\(.*?\\)'],
]

function lines(line: (random: Random) => string): string {
  const random = new Random(1)
  const parts: string[] = []
  for (let size = 0; size < SIZE;) {
    const next = line(random)
    parts.push(next)
    size += next.length
  }
  return parts.join('').slice(0, SIZE)
}

const TEXTS: Record<string, string> = {
  log: lines((random) => {
    const [level, end] = random.oneIn(100) ? ['ERROR', 'upstream timeout after 30 s'] : ['INFO', 'ok']
    const agent = random.oneIn(40) ? 'Googlebot' : 'Linux x86_64'
    return `2026-07-1${random.below(10)} 12:00:0${random.below(10)} ${level} worker-${random.below(64)} path="/v1/items/${random.below(10_000)}" took ${random.below(900)} ms ${end} agent="Mozilla/5.0 (X11; ${agent})"\n`
  }),
  source: lines((random) => {
    const name = random.pick(['start', 'count', 'next', 'table', 'state'])
    const rest = random.pick([
      `const ${name} = read(text, at + ${random.below(9)})`,
      `if (${name} < limit) return`,
      `${name} += 1`,
      '}',
      `/* ${name} is known here */`,
      `for (const ${name} of list) visit(${name}, depth)`,
      `let ${name}: number`,
    ])
    return `${'  '.repeat(random.below(4))}${rest}\n`
  }),
  html: lines(
    (random) =>
      `<div class="c${random.below(9)}"><a href="/x/${random.below(1e6)}">item ${random.below(1e5)}, with some words of text behind it as pages have</a></div>\n`,
  ),
}

function best(work: () => number): { value: number; seconds: number } {
  let seconds = Infinity
  let value = 0
  const first = performance.now()
  for (let since = 0; since < NO_QUICKER || performance.now() - first < LEAST_MS; since++) {
    const began = performance.now()
    value = work()
    const took = (performance.now() - began) / 1000
    // A hundredth less is the clock's.
    if (took < seconds * 0.99) since = 0
    seconds = Math.min(seconds, took)
  }
  return { value, seconds }
}

console.log(
  'pattern                                      text    matches  bytes/match  count MB/s  spans MB/s  V8 MB/s',
)
for (const [pattern, same = pattern] of PATTERNS) {
  for (const [name, text] of Object.entries(TEXTS)) {
    const bytes = new TextEncoder().encode(text)
    const regex = compile(pattern, { newline: true, captures: false })
    const javascript = new RegExp(same, 'gm')
    const counted = best(() => regex.count(bytes))
    const spans = best(() => regex.spans(bytes).length / 2)
    const v8 = best(() => {
      let count = 0
      javascript.lastIndex = 0
      while (javascript.exec(text) !== null) count++
      return count
    })
    if (counted.value !== v8.value || spans.value !== v8.value) {
      console.log(`${pattern} on ${name}: ${counted.value} and ${spans.value} matches, V8 ${v8.value}`)
      process.exitCode = 1
      continue
    }
    const speed = (seconds: number): string => String(Math.round(SIZE / seconds / 1e6))
    const columns = [
      v8.value,
      Math.round(SIZE / v8.value),
      speed(counted.seconds),
      speed(spans.seconds),
      speed(v8.seconds),
    ]
    const widths = [9, 13, 12, 12, 9]
    console.log(
      pattern.padEnd(44),
      name.padEnd(7),
      columns.map((value, i) => String(value).padStart(widths[i]! - 2)).join('  '),
    )
  }
}
