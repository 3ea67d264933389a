/**
 * How the cost grows with the text and with the pattern: `node engines/regex/testing/growth.ts [--quick]`.
 *
 * Thirty patterns known for bringing backtracking matchers to a halt, each on the text that does it, and searches for
 * all matches that are quadratic in most linear engines. The step counter must grow by a constant for each character:
 * from the lengths n, 2n and 4n, the second difference is to be twice the first, exactly. The clock is read beside it
 * and its exponent printed and judged. Then pattern size, with what compiling it takes, up to where the budget refuses.
 */
import { compile } from '../regex.ts'
import { Random } from './random.ts'
import { RegexBudgetError } from '../types.ts'
import type { Options } from '../types.ts'

export interface GrowthCase {
  readonly name: string
  readonly pattern: string
  /** A text of about this many characters. */
  readonly text: (length: number) => Uint8Array
  readonly ask: 'test' | 'count'
  readonly options?: Options
}

function repeated(unit: string, length: number, end = ''): Uint8Array {
  const one = new TextEncoder().encode(unit)
  const tail = new TextEncoder().encode(end)
  const times = Math.floor(length / one.length)
  const text = new Uint8Array(times * one.length + tail.length)
  text.set(one)
  for (let filled = one.length; filled < times * one.length; filled *= 2) {
    text.copyWithin(filled, 0, Math.min(filled, times * one.length - filled))
  }
  text.set(tail, times * one.length)
  return text
}

const redos = (pattern: string, unit: string, end = '', options?: Options): GrowthCase => ({
  name: pattern,
  pattern,
  text: (length) => repeated(unit, length, end),
  ask: 'test',
  ...(options ? { options } : {}),
})

const findAll = (name: string, pattern: string, unit: string, end = ''): GrowthCase => ({
  name: `all: ${name}`,
  pattern,
  text: (length) => repeated(unit, length, end),
  ask: 'count',
})

/** Published examples of catastrophic patterns, with their attack strings; lookaround and backreferences left out. */
export const CASES: readonly GrowthCase[] = [
  redos('^(a+)+$', 'a', '!'),
  redos('^(a*)*$', 'a', '!'),
  redos('^([a-zA-Z]+)*$', 'a', '!'),
  redos('^(x+x+)+$', 'x', '!'),
  redos('(x+x+)+y', 'x'),
  redos('^(a|a)*$', 'a', '!'),
  redos('^(a|aa)+$', 'a', '!'),
  redos('^(a|a?)+$', 'a', '!'),
  redos('(.*a){10}b$', 'a'),
  redos('^(([a-z])+.)+[A-Z]([a-z])+$', 'a'),
  redos('^([a-z0-9]+([_.-][a-z0-9]+)*)+@$', 'a0'),
  redos('^(\\w+\\s?)*$', 'a ', '!!'),
  redos('^(\\d+)*x$', '1'),
  redos('^(\\d|\\d\\d)+$', '1', 'x'),
  redos('^(.*)*;$', 'a'),
  redos('(a*)*(a*)*(a*)*b', 'a'),
  redos('^((ab)*)+$', 'ab', '!'),
  redos('^(a?){20}a{20}$', 'a'),
  redos('\\s+$', ' ', 'x'),
  redos('^[\\s\u200c]+|[\\s\u200c]+$', ' ', 'x'),
  redos('.*.*=.*', 'x'),
  redos(
    '(?:(?:"|\'|\\]|\\}|\\\\|\\d|(?:nan|infinity|true|false|null|undefined|symbol|math)|`|-|\\+)+[)]*;?((?:\\s|-|~|!|\\{\\}|\\|\\||\\+)*.*(?:.*=.*)))',
    'x',
  ),
  redos('<(.|\\n)*>$', '<'),
  redos('^<!--(.*-->)*$', '<!--'),
  redos('(([^/]+/)*)+x$', 'a/', '!'),
  redos('^(https?://)?([a-z.-]+)*(/[a-z]*)*$', 'a.', '!'),
  redos('^([a-zA-Z0-9])(([._-]|[_.-][a-zA-Z0-9])*)@x$', 'a-'),
  redos('("[^"]*"|[^",]*)(,("[^"]*"|[^",]*))*;', '",'),
  redos('(/\\*([^*]|\\*+[^*/])*\\*+/)x', '/*'),
  redos('^(0|[1-9][0-9]*|[0-9]+)+e$', '10'),
  findAll('.*a|b on b', '.*a|b', 'b'),
  findAll('.*[^A-Z]|[A-Z] on A', '.*[^A-Z]|[A-Z]', 'A'),
  findAll('[a-q][^u-z]{13}x on a', '[a-q][^u-z]{13}x', 'a'),
  findAll('(ab|a.*c) on ab', 'ab|a.*c', 'ab'),
  findAll('\\b\\w+\\b|\\w+! on word', '\\b\\w+ |\\w[^!]*!', 'words '),
  findAll('x*y|x on x', 'x*y|x', 'x'),
  findAll('[A-Z].*bcd[a-z]+9 on abcd', '[A-Z].*bcd[a-z]+9', 'abcd'),
  findAll('(a?){30}(b|c) on a', '(a?){30}(b|c)|a', 'a'),
  // Approximate: by bits, by sets as the limits are on operations, regions or assertions, and without a match to end.
  findAll('(.*a|b){~1} on b', '(.*a|b){~1}', 'b'),
  findAll('(x+y{9}z|x){~2} on x', '(x+y{9}z|x){~2}', 'x'),
  findAll('(.*a|b){+1-1} on b', '(.*a|b){+1-1}', 'b'),
  findAll('(\\w.*a){~1}c|b on b', '(\\w.*a){~1}c|b', 'b'),
  findAll('(\\<.*acid|\\w+){~1} on word', '(\\<.*acid|\\w+){~1}', 'words '),
  findAll('x.*?y|x on x', 'x.*?y|x', 'x'),
  findAll('(a*?b|a) on a', '(a*?b|a)', 'a'),
  findAll('nested minimal repetitions on ab', '((a|b)*?c|((ab)+?d)*?e|a|b)', 'ab'),
  findAll('x.*?y|é on éx', 'x.*?y|é', 'éx'),
]

export interface GrowthResult {
  readonly name: string
  /** Steps at each length. */
  readonly steps: readonly number[]
  /** Whether each doubling adds twice as many steps as the one before. */
  readonly exact: boolean
  readonly perCharacter: number
}

/** Steps of one call on texts of n, 2n and 4n characters, by a fresh regex each. */
export function measureSteps(one: GrowthCase, length: number): GrowthResult {
  const steps = [length, length * 2, length * 4].map((n) => {
    const regex = compile(one.pattern, { captures: false, ...one.options })
    regex[one.ask](one.text(n))
    const { steps: walked, scanned } = regex.counters
    return walked + scanned
  }) as [number, number, number]
  const [first, second, third] = steps
  return {
    name: one.name,
    steps,
    exact: third - second === 2 * (second - first),
    perCharacter: (third - second) / (2 * length),
  }
}

/** Processor time in ms, so that other programs on the machine do not count: all of it, and the system's share. */
interface Time {
  readonly all: number
  readonly system: number
}

function since(start: NodeJS.CpuUsage, calls = 1): Time {
  const { user, system } = process.cpuUsage(start)
  return { all: (user + system) / 1000 / calls, system: system / 1000 / calls }
}

const quicker = (a: Time, b: Time): Time => (b.all < a.all ? b : a)
const NEVER: Time = { all: Infinity, system: 0 }

/**
 * Time of one call on a text of each length: the best of three rounds. In a round each length is given as many
 * characters altogether, so that none is luckier than another with what else the machine does.
 */
function measureTimes(one: GrowthCase, small: number, large: number): [Time, Time] {
  const best: [Time, Time] = [NEVER, NEVER]
  const subjects = [small, large].map((length) => {
    const regex = compile(one.pattern, { captures: false, ...one.options })
    const text = one.text(length)
    regex[one.ask](text.subarray(0, 1000))
    return { regex, text, calls: Math.round(large / length) }
  })
  for (let round = 0; round < 3; round++) {
    subjects.forEach(({ regex, text, calls }, i) => {
      const start = process.cpuUsage()
      for (let call = 0; call < calls; call++) regex[one.ask](text)
      best[i] = quicker(best[i]!, since(start, calls))
    })
  }
  return best
}

const MOST_EXPONENT = 1.1
/**
 * A virtual core is slower by half for seconds, which only one length may meet: what looks steep is timed again, and the
 * best of all attempts counts. Rounds of the hardened pass on one length differ by a factor of two on such a machine.
 */
const ATTEMPTS = 4

function exponentOf(times: readonly Time[], sizes: readonly number[]): number {
  return Math.log(times.at(-1)!.all / Math.max(times[0]!.all, 0.001)) / Math.log(sizes.at(-1)! / sizes[0]!)
}

/** Times at each size, and their exponent: the best of as many attempts as it takes until it is not steep. */
function timed(sizes: readonly number[], measure: () => Time[]): { times: Time[]; exponent: number } {
  let times = measure()
  for (let attempt = 1; ; attempt++) {
    const exponent = exponentOf(times, sizes)
    if (exponent <= MOST_EXPONENT || attempt === ATTEMPTS) return { times, exponent }
    times = measure().map((time, i) => quicker(times[i]!, time))
  }
}

const shareOf = ({ all, system }: Time): number => (100 * system) / Math.max(all, 0.001)
const column = (value: number, digits: number, width: number): string => value.toFixed(digits).padStart(width)

function report(quick: boolean): boolean {
  // Multiples of every unit's length, so that texts have exactly the length asked for.
  const small = 120_000
  const large = quick ? 1_200_000 : 10_200_000
  let good = true
  console.log(`steps at n, 2n, 4n (n = ${small}), and time at ${small} and ${large} characters`)
  for (const one of CASES) {
    const { exact, perCharacter, name } = measureSteps(one, small)
    const { times, exponent } = timed([small, large], () => measureTimes(one, small, large))
    const [before, after] = times as [Time, Time]
    // Below a tenth of a millisecond the exponent says nothing: one of the times is the clock's own.
    const judged = after.all < 0.1 ? 0 : exponent
    if (!exact || judged > MOST_EXPONENT) good = false
    console.log(
      `${exact ? 'exact ' : 'NOT   '} ${column(perCharacter, 3, 8)} steps/char ${column(before.all, 3, 9)} ms ${column(after.all, 2, 9)} ms (system ${column(shareOf(after), 0, 2)} %)  n^${exponent.toFixed(2)}  ${name.slice(0, 60)}`,
    )
  }
  return good
}

/** The pattern x*(a?){n}(a){n}b, on which TRE's time a character grows with the square of n. */
function reportPatternSize(): void {
  console.log('\npattern size: x*(a?){n}(a){n}b on 20,000 a, and what compiling and matching it takes')
  for (const n of [20, 40, 80, 160, 250]) {
    let start = process.cpuUsage()
    const regex = compile(`x*(a?){${n}}(a){${n}}c|q`, { captures: false })
    const compiled = since(start)
    start = process.cpuUsage()
    regex.test(repeated('a', 20_000))
    const { built, states, steps } = regex.counters
    console.log(
      `n ${String(n).padStart(4)}: compile ${column(compiled.all, 2, 7)} ms, match ${column(since(start).all, 2, 8)} ms, ${steps} steps, ${states} states, ${built} nodes looked at while building`,
    )
  }
  console.log('\nnested bounds: bytes and states refused before anything is expanded')
  const bounds = [
    'a{255}',
    '(a{255}){100}',
    '(a{255}){255}',
    '((a{100}){100}){100}',
    '(?:a{2,101}){100}{100}',
  ]
  for (const pattern of [...bounds, '((((a{255}){255}){255}){255}){255}']) {
    const start = process.cpuUsage()
    let outcome: string
    try {
      const regex = compile(pattern, { captures: false })
      regex.test('a'.repeat(300))
      outcome = `compiled, ${regex.counters.states} states made for 300 characters`
    } catch (error) {
      if (!(error instanceof RegexBudgetError)) throw error
      outcome = error.message
    }
    console.log(`${pattern.padEnd(36)} ${column(since(start).all, 2, 8)} ms  ${outcome}`)
  }
}

/** Compiling a literal, and searching once: milliseconds at each length, and the exponent over all of them. */
function reportLiterals(): boolean {
  const random = new Random(1)
  const letters = Array.from({ length: 1 << 20 }, () => String.fromCharCode(97 + random.below(26))).join('')
  const sizes = [1 << 16, 1 << 18, 1 << 20]
  const forms: [string, (n: number) => string, Options][] = [
    ['a literal', (n) => letters.slice(0, n), {}],
    ['in either case', (n) => letters.slice(0, n), { ignoreCase: true }],
    ['as bytes', (n) => letters.slice(0, n), { encoding: 'bytes' }],
    ['of one letter', (n) => 'q'.repeat(n), {}],
    ['in a group', (n) => `(${letters.slice(0, n)})`, {}],
  ]
  let good = true
  console.log(`\ncompile of a literal of ${sizes.join(', ')} characters`)
  for (const [name, form, options] of forms) {
    const { times, exponent } = timed(sizes, () =>
      sizes.map((size) => {
        const pattern = form(size)
        // The least of some: others have collections of garbage in them.
        return Array.from({ length: 5 }, () => {
          const start = process.cpuUsage()
          compile(pattern, options).test('x')
          return since(start)
        }).reduce(quicker)
      }),
    )
    if (exponent > MOST_EXPONENT) good = false
    console.log(`${times.map(({ all }) => column(all, 1, 8)).join('')} ms  n^${exponent.toFixed(2)}  ${name}`)
  }
  return good
}

if (import.meta.main) {
  const good = report(process.argv.includes('--quick'))
  reportPatternSize()
  const literals = reportLiterals()
  if (!good || !literals) {
    console.log('\nsome growth is not linear')
    process.exitCode = 99
  }
}
