/**
 * Patterns of known growth that nobody has looked at, made from a seed and classified: `npm run regex:unseen`. Exits 1
 * when recall is below 98 % of the exponential and 90 % of the polynomial ones, or over 1 % of the linear ones are called
 * superlinear.
 *
 * Growth is known by construction, and each superlinear pattern is first run on an attack that follows from it: one that
 * V8 does not take as long on as was meant is an error of this file, and ends the run.
 */
import { openStream, type Stream } from '../../../lab/kernel/random/stream.ts'
import { DEFAULTS } from '../inspect.ts'
import { shootOut } from '../shootout.ts'
import { builtIn } from './specs.ts'

interface Known {
  readonly pattern: string
  readonly growth: 'linear' | 'polynomial' | 'exponential'
  /** Of a polynomial; 1 else. */
  readonly degree: number
  readonly family: string
  /** Put before `pump`, many times, and `suffix`; empty for linear ones. */
  readonly prefix: string
  readonly pump: string
  readonly suffix: string
}

interface Letters {
  /** Several sets that all have `common`. */
  readonly sets: readonly string[]
  readonly common: string
  /** In none of `sets`: what must follow and does not. */
  readonly end: string
  /** In none of `sets`: what may stand between. */
  readonly separator: string
  /** Words within all of `sets`. */
  readonly words: readonly string[]
}

const ALPHABETS: readonly Letters[] = [
  {
    sets: ['[a-z]', '\\w', '[a-z0-9]', '[a-m]', '[^\\s!:]', '[ace-k]', '[A-Za-z]'],
    common: 'e',
    end: '!',
    separator: ':',
    words: ['e', 'ek', 'efg', 'gif'],
  },
  {
    sets: ['\\d', '[0-9a-f]', '[0-5]', '\\w', '[\\d.]', '[^A-Z;#]'],
    common: '3',
    end: ';',
    separator: '#',
    words: ['3', '21', '404'],
  },
  {
    sets: ['\\s', '[ \\t]', '[^\\w<>]', '[\\s,]', '[ ,.]'],
    common: ' ',
    end: '<',
    separator: 'x',
    words: [' ', '  '],
  },
  {
    sets: ['[-\\w]', '[A-Z_-]', '[^a-z\\s@]', '[_A-F-]', '[-_.]'],
    common: '_',
    end: '@',
    separator: ' ',
    words: ['_', '__'],
  },
]

class Maker {
  private readonly stream: Stream

  constructor(stream: Stream) {
    this.stream = stream
  }

  pick<T>(list: readonly T[]): T {
    return list[this.stream.below(list.length)]!
  }

  private oneIn(count: number): boolean {
    return this.stream.below(count) === 0
  }

  /** A group that captures or does not. */
  private group(inner: string): string {
    return this.pick(['(', '(?:']) + inner + ')'
  }

  private star(): string {
    return this.pick(['+', '*', '+?', '*?', '{1,}'])
  }

  exponential(): Known {
    const letters = this.pick(ALPHABETS)
    const set = (): string => this.pick(letters.sets)
    const other = this.pick(letters.words)
    const { end, separator } = letters
    const families: Readonly<Record<string, () => string>> = {
      'loop in a loop': () => this.group(`${set()}${this.pick(['+', '{1,}', '+?'])}`),
      'branches that overlap': () => this.group(`${set()}|${set()}`),
      'optional separator': () => this.group(`${set()}+${separator}?`),
      'two loops in a loop': () => this.group(`${set()}*${separator}?${set()}+`),
      'three deep': () => this.group(`${this.group(`${set()}+`)}+`),
      'bounded in a loop': () => this.group(`${set()}{1,3}`),
      'word and loop': () => this.group(`${letters.common}${set()}*`),
      'branch among others': () =>
        this.group(`${separator}${separator}|${set()}|${this.group(`${other}|${set()}`)}`),
    }
    const family = this.pick(Object.keys(families))
    const loop = families[family]!() + this.pick(['+', '*'])
    const word = this.oneIn(2) ? this.pick(letters.words) : ''
    // What must follow the loop, and cannot follow the attack, which ends in another character.
    const [after, suffix] = this.pick([
      ['$', end],
      [end, ''],
      [`${end}$`, `${end}${end}`],
      [this.group(`${end}|${end}${end}`), ''],
    ])
    return {
      pattern: `${this.pick(['', '^'])}${word}${loop}${after}`,
      growth: 'exponential',
      degree: 1,
      family,
      prefix: word,
      pump: letters.common,
      suffix,
    }
  }

  polynomial(): Known {
    const letters = this.pick(ALPHABETS)
    const { end, separator } = letters
    const set = (): string => this.pick(letters.sets)
    const [after, suffix] = this.pick([
      ['$', end],
      [end, ''],
      [`${end}${end}`, end],
    ])
    const made = { growth: 'polynomial', pump: letters.common, suffix } as const
    const family = this.pick([
      'loops side by side',
      'starts everywhere',
      'word, then a loop',
      'counted group',
    ])
    if (family === 'word, then a loop') {
      // The word lies in the loop's set: each place where it begins reads to the end.
      const word = this.pick(letters.words)
      return { ...made, pattern: `${word}${set()}*${after}`, degree: 2, family, prefix: '', pump: word }
    }
    const loops = 1 + this.stream.below(3)
    if (family === 'starts everywhere') {
      const body = Array.from({ length: Math.min(loops, 2) }, () => `${set()}+`).join('')
      return { ...made, pattern: body + after, degree: Math.min(loops, 2) + 1, family, prefix: '' }
    }
    const degree = loops + 1
    if (family === 'counted group') {
      const body = this.group(`${set()}*${separator}?`)
      return { ...made, pattern: `^${body}{${degree}}${after}`, degree, family, prefix: '' }
    }
    const word = this.oneIn(2) ? '' : separator
    const body = Array.from({ length: degree }, () => {
      const loop = `${set()}${this.star()}`
      return this.oneIn(3) ? this.group(loop) : loop
    }).join(this.oneIn(3) ? `${separator}?` : '')
    return { ...made, pattern: `^${word}${body}${after}`, degree, family, prefix: word }
  }

  linear(): Known {
    const letters = this.pick(ALPHABETS)
    const set = (): string => this.pick(letters.sets)
    const { end, separator } = letters
    const families: Readonly<Record<string, () => string>> = {
      'separator in the loop': () => `^${this.group(`${set()}+${separator}`)}*${end}$`,
      'loops with a separator': () => `^${set()}+${separator}${set()}+${end}`,
      'behind a word of its own': () => `${separator}${set()}+${end}`,
      'branches apart': () => `^${this.group(`${set()}|${separator}`)}*${end}`,
      'ambiguous, and nothing can fail': () => `^${this.group(`${set()}+`)}+`,
      'ambiguous, and what follows takes all': () => `^${this.group(`${set()}+`)}*[^]*$`,
      bounded: () => `^${set()}{1,9}${set()}{1,9}${end}`,
      'bounded, starts everywhere': () => `${set()}{1,12}${end}`,
      literals: () => `${this.pick(letters.words)}${separator}|${end}${this.pick(letters.words)}`,
      'optional parts': () => `^${set()}?${set()}?${set()}?${this.group(`${separator}${set()}`)}?${end}`,
    }
    const family = this.pick(Object.keys(families))
    return {
      pattern: families[family]!(),
      growth: 'linear',
      degree: 1,
      family,
      prefix: '',
      pump: '',
      suffix: '',
    }
  }
}

/** Seconds of V8 in this process, on its attack of so many pumps: the least of three runs, of its machine code. */
function secondsOf(known: Known, pumps: number): number {
  const pattern = new RegExp(known.pattern)
  const text = known.prefix + known.pump.repeat(pumps) + known.suffix
  // The first search of a pattern runs on bytecode.
  for (let run = 0; run < 3; run++) pattern.test('')
  let least = Infinity
  for (let run = 0; run < 3; run++) {
    const start = process.cpuUsage()
    pattern.test(text)
    const { user, system } = process.cpuUsage(start)
    least = Math.min(least, user + system)
  }
  return least / 1e6
}

/** @throws Error when V8 does not show the growth that a pattern was made for. */
function prove(known: Known): void {
  if (known.growth === 'linear') return
  const isExponential = known.growth === 'exponential'
  let pumps = isExponential ? 6 : 8
  let [before, now] = [0, 0]
  while (now < 0.02) {
    pumps = isExponential ? pumps + 1 : pumps * 2
    if (pumps > (isExponential ? 64 : 2 ** 20)) break
    ;[before, now] = [now, secondsOf(known, pumps)]
  }
  const slope = Math.log2(now / before)
  const isShown = isExponential ? pumps <= 64 : Math.abs(slope - known.degree) < 0.7
  if (!isShown) {
    throw new Error(
      `${known.pattern}: made to be ${known.growth} ${known.degree} (${known.family}), but ${pumps} pumps take ${now} s, slope ${slope}`,
    )
  }
}

async function main(each: number, seed: number): Promise<number> {
  const maker = new Maker(openStream(seed, 0, 'unseen'))
  const known: Known[] = []
  for (const kind of ['exponential', 'polynomial', 'linear'] as const) {
    const made = new Set<string>()
    while (made.size < each) {
      const one = maker[kind]()
      if (made.has(one.pattern)) continue
      made.add(one.pattern)
      prove(one)
      known.push(one)
    }
  }
  const found = { exponential: 0, polynomial: 0, linear: 0 }
  let degrees = 0
  await shootOut(
    known.map(({ pattern, family }, line) => ({ pattern, line, name: family })),
    [builtIn('v8')],
    {
      ...DEFAULTS,
      flags: '',
      findAll: false,
      lanes: 2,
      onReport: ({ line }, { verdict, degree, why }) => {
        const one = known[line!]!
        const isRight = verdict === one.growth
        if (isRight) found[one.growth]++
        if (isRight && one.growth === 'polynomial' && degree === one.degree) degrees++
        if (isRight && (one.growth !== 'polynomial' || degree === one.degree)) return
        console.log(
          `${one.growth} ${one.degree} (${one.family}), called ${verdict} ${degree ?? ''} ${why ?? ''}: ${one.pattern}`,
        )
      },
    },
  )
  console.log(
    `of ${each} each, seed ${seed}: exponential found ${found.exponential}, polynomial ${found.polynomial} ` +
      `(${degrees} with their degree), linear ones called otherwise ${each - found.linear}`,
  )
  const isGood =
    found.exponential >= 0.98 * each && found.polynomial >= 0.9 * each && found.linear >= 0.99 * each
  return isGood ? 0 : 1
}

if (import.meta.main) {
  const { parseArgs } = await import('node:util')
  const { values } = parseArgs({
    options: { each: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } },
  })
  process.exitCode = await main(Number(values.each), Number(values.seed))
}
