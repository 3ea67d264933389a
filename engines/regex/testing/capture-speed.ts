/**
 * How fast captures are found inside a known span, by pattern and path.
 *
 *     node engines/regex/testing/capture-speed.ts
 *
 * Each answer is first checked against the simulation on the beginning of the text. The best of several runs counts.
 */
import { buildCaptures } from '../captures/index.ts'
import type { CapturePath } from '../captures/index.ts'
import { parse } from '../syntax/parse.ts'
import { Random } from './random.ts'

const SIZE = 1_000_000
const SIMULATED = 20_000
const RUNS = 7
const EDGES = { notBol: false, notEol: false }

const repeated = (part: string): Uint8Array => {
  const bytes = new TextEncoder().encode(part)
  return Uint8Array.from(
    { length: Math.floor(SIZE / bytes.length) * bytes.length },
    (_, i) => bytes[i % bytes.length]!,
  )
}

const random = new Random(1)
const coin = Uint8Array.from({ length: SIZE }, () => (random.oneIn(2) ? 97 : 98))
const words = repeated('the quick brown Fox_9 jumps over 13 lazy dogs, ')

const CASES: [string, string, Uint8Array][] = [
  ['one-pass: key=value', '(([a-z]+)=([0-9]+);)*', repeated('abc=123;key=9;')],
  ['one-pass: words', '([a-z]+|[^a-z]+)*', words],
  ['tokens', '(([a-z]+)|([A-Z][a-z_0-9]*)|([0-9]+)|[^a-zA-Z0-9]+)*', words],
  ['three wildcards', '(.*) (.*) (.*)', words],
  ['overlapping words', '(a|ab|b|ba|bab)*', coin],
  ['nested stars', '((a*)*(b*)*)*', coin],
  ['nested bounds', '(((a{1,3}|b){1,4}a?){1,5})*', coin],
  ['optional run', '((a?){10}(b?){10}|ab)*', coin],
  ['window of 6', '((a|b)*a(a|b){6})*[ab]*', coin],
  ['window of 9', '((a|b)*a(a|b){9})*[ab]*', coin],
  ['window of 12', '((a|b)*a(a|b){12})*[ab]*', coin],
  ['window of 60', '((a|b)*a(a|b){60})*[ab]*', coin],
  ['two windows', '((a|b)*a(a|b){14}|(a|b){14}a(a|b)*)*[ab]*', coin],
  ['cyrillic', '((\\w+)|[^[:alnum:]]+)*', repeated('Привет, мир это ')],
  ['word boundaries', '(\\b(\\w+)\\b|.)*', words],
]

function megabytesPerSecond(run: () => unknown, bytes: number): number {
  let best = Infinity
  for (let i = 0; i < RUNS; i++) {
    const started = performance.now()
    run()
    best = Math.min(best, performance.now() - started)
  }
  return bytes / 1000 / best
}

const PATHS: CapturePath[] = ['one-pass', 'multi-pass', 'simulation']

console.log(`MB/s                  ${PATHS.map((path) => path.padStart(11)).join('')}  chosen`)
for (const [name, pattern, text] of CASES) {
  const captures = buildCaptures(parse(pattern))
  // Not inside a character.
  let short = SIMULATED
  while ((text[short]! & 0xc0) === 0x80) short--
  const answers = PATHS.map((path) => captures.run(text, 0, short, EDGES, path)?.join())
  if (answers.some((answer) => answer === undefined || answer !== answers[0])) {
    throw new Error(`${name}: the paths disagree`)
  }
  const before = { ...captures.counters }
  const chosen = megabytesPerSecond(() => captures.run(text, 0, text.length, EDGES), text.length)
  const path = PATHS.filter((key) => captures.counters[key] > before[key]).join('+')
  const speeds = PATHS.map((way) => megabytesPerSecond(() => captures.run(text, 0, short, EDGES, way), short))
  console.log(
    `${name.padEnd(20)}  ${speeds.map((speed) => speed.toFixed(2).padStart(11)).join('')}  ${chosen.toFixed(1)} ${path}`,
  )
}
