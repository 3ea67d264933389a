/** What a pattern may cost before it has matched anything, and what its groups may cost: no time or memory without bound. */
import { describe, expect, it } from 'vitest'
import { compile, compileSet, RegexBudgetError } from './index.ts'
import type { Options } from './index.ts'

/** Least squares over log sizes and log times. */
function exponent(sizes: readonly number[], times: readonly number[]): number {
  const x = sizes.map(Math.log)
  const y = times.map(Math.log)
  const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length
  const [mx, my] = [mean(x), mean(y)]
  const up = x.reduce((sum, xi, i) => sum + (xi - mx) * (y[i]! - my), 0)
  return up / x.reduce((sum, xi) => sum + (xi - mx) ** 2, 0)
}

function letters(length: number): string {
  let seed = 7
  return Array.from({ length }, () => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
    return String.fromCharCode(97 + ((seed >> 16) % 26))
  }).join('')
}

/** What `work` returns, or the name of the limit that it ran into. */
function orBudgetError<T>(work: () => T): T | string {
  try {
    return work()
  } catch (error) {
    if (error instanceof RegexBudgetError) return error.limit
    throw error
  }
}

const spans = (pattern: string, text: string): string | undefined => compile(pattern).exec(text)?.spans.join()

describe('what is empty', () => {
  it.each([
    ['(?:){255}{255}{255}{255}{255}', '0,0'],
    ['(a{0}){255}{255}{255}{255}{255}', '0,0,0,0'],
    ['(){0,255}{255}{255}{255}{255}', '0,0,0,0'],
    ['(()|(a{0})){2,}{255}{255}{255}{255}', '0,0,0,0,0,0,-1,-1'],
    ['()*{255}{255}{255}{255}{255}', '0,0,0,0'],
    ['(?:(?:){0,9}){255}{255}{255}{255}x', '0,1'],
    ['(){0,5}?', '0,0,-1,-1'],
    ['(){0,5}', '0,0,0,0'],
    ['((?:)*|(b{0})+){255}{255}{255}', '0,0,0,0,-1,-1'],
  ])('is not expanded: %s', (pattern, want) => {
    // A step for each copy would be a billion: the test would not end.
    expect(spans(pattern, 'xab')).toBe(want)
    expect(compile(pattern, { budget: { states: 20 } }).test('xab')).toBe(true)
  })

  it.each([
    '(^{255}{255}){255}{255}',
    '(\\b|$){255}{255}{255}',
    '(?:a?){255}{255}{255}',
    'a{8}{8}{8}{8}{8}{8}{8}{8}',
  ])('but what asserts or may match is counted: %s', (pattern) => {
    expect(() => compile(pattern).test('x')).toThrow(RegexBudgetError)
  })
})

describe('a long literal', () => {
  const forms: [string, (n: number) => string, Options][] = [
    ['a literal', letters, {}],
    ['in either case', letters, { ignoreCase: true }],
    ['as bytes', letters, { encoding: 'bytes' }],
    ['in a group', (n) => `(${letters(n)})`, {}],
    ['of one letter', (n) => 'q'.repeat(n), {}],
    ['in a set', (n) => `${letters(n / 2)}|${'r'.repeat(n / 2)}`, {}],
    ['with syntax "literal"', letters, { syntax: 'literal' }],
  ]
  it.each(forms)('%s compiles in time that grows as its length', (_, form, options) => {
    const sizes = [4000, 16_000, 64_000]
    const measured = sizes.map((size) => {
      const pattern = form(size)
      const times = Array.from({ length: 2 }, () => {
        const began = process.cpuUsage()
        compile(pattern, options).test('x')
        const { user, system } = process.cpuUsage(began)
        return user + system + 1
      })
      return Math.min(...times)
    })
    // Quadratic would be 2; a busy machine and its collections add some tenths. `npm run regex:growth` measures to 1 MB.
    expect(exponent(sizes, measured)).toBeLessThan(1.6)
  })

  it('is found', () => {
    const pattern = letters(40_000)
    expect(spans(pattern, `x${pattern}y`)).toBe('1,40001')
    expect(compile(`${pattern}|b${pattern}`).exec(`ab${pattern}`)?.spans.join()).toBe('1,40002')
  })

  it('that is too much for a search is subject to the budget of an automaton', () => {
    expect(() => compile(`${letters(100_000)}|b${letters(100_000)}`).test('x')).toThrow(/budget.states/)
  })
})

describe('offsets in strings', () => {
  it('are mapped in linear time, groups included, and the work is counted', () => {
    const mapped = (n: number): number => {
      const regex = compile('(a)(b)')
      expect([...regex.findAll(`é${'ab '.repeat(n)}`)]).toHaveLength(n)
      return regex.counters.mapped
    }
    expect(mapped(8000)).toBeGreaterThan(8000)
    expect(mapped(32_000)).toBeLessThan(4.2 * mapped(8000))
  })

  it('are right in any order: groups before and behind each other, four-byte characters, all of a long match', () => {
    const text = '😀é-'.repeat(700)
    const [match] = compile('((.)*(é)(-))*').findAll(text)
    const end = text.length
    expect([...match!.spans]).toEqual([0, end, 0, end, end - 4, end - 2, end - 2, end - 1, end - 1, end])
    for (const { spans } of compile('(é)|(😀)').findAll(text)) {
      const [start, stop] = [spans[0]!, spans[1]!]
      expect(['é', '😀']).toContain(text.slice(start, stop))
    }
  })

  it('of matches of single bytes are those of the characters touched', () => {
    const bytes = { encoding: 'bytes' } as const
    expect(compile('\\xc3', bytes).exec('aé')?.spans.join()).toBe('1,2')
    expect(compile('\\xa9', bytes).exec('aé')?.spans.join()).toBe('1,2')
    expect(compile('(\\x9f)(\\x98)', bytes).exec('a😀b')?.spans.join()).toBe('1,3,1,3,1,3')
    expect(compile('[^a]', bytes).spans('a😀').join()).toBe('1,3,1,3,1,3,1,3')
  })
})

describe('the budget of a call', () => {
  const text = 'abcdefghij'.repeat(200)
  const bytes = new TextEncoder().encode(text)
  const starts = Uint32Array.from({ length: 100 }, (_, k) => 20 * k)
  const ends = starts.map((start) => start + 20)
  const budgets = [1, 10, 100, 199, 200, 500, 1000, 1800, 1900, 1999, 2000, 2100, 3000, 4100, 6100, 20_000]
  const list = (matches: Iterable<{ spans: Int32Array }>): string =>
    Array.from(matches, ({ spans }) => spans.join()).join(' ')

  it.each([
    'abcdefghij',
    'j',
    'abc|ghij',
    'abcd|j',
    '(?i)ABCDE',
    'efg.*?j',
    '[a-j]{3}efg',
    '[ad]',
    '.{3}',
    'abc.*x|e',
    '(b|c)+',
    '\\bab',
    'j$',
    'a*?b',
    '(a|ab)*?cd|ij',
  ])('ends it with an error, or not at all: %s', (pattern) => {
    const free = compile(pattern)
    const set = compileSet(['^q', pattern, 'c', 'zz'])
    for (const stepsPerCall of budgets) {
      const regex = compile(pattern, { budget: { stepsPerCall } })
      const bound = compileSet(['^q', pattern, 'c', 'zz'], { budget: { stepsPerCall } })
      const into = new Int32Array(200)
      const calls: [unknown, () => unknown][] = [
        [free.test(bytes), () => regex.test(bytes)],
        [free.exec(text, { from: 7 })?.spans.join(), () => regex.exec(text, { from: 7 })?.spans.join()],
        [free.count(text), () => regex.count(text)],
        [free.spans(bytes).join(), () => regex.spans(bytes).join()],
        [list(free.findAll(text)), () => list(regex.findAll(text))],
        [free.spansInto(text, into), () => regex.spansInto(text, into)],
        [free.scan(bytes, starts, ends, 0).hits.join(), () => regex.scan(bytes, starts, ends, 0).hits.join()],
        [set.test(text), () => bound.test(text)],
        [set.which(text).join(), () => bound.which(text).join()],
        [set.scan(bytes, starts, ends, 0).hits.join(), () => bound.scan(bytes, starts, ends, 0).hits.join()],
      ]
      for (const [k, [want, call]] of calls.entries()) {
        const before = regex.counters
        const outcome = orBudgetError(call)
        const { steps, scanned } = regex.counters
        // Not much more is done than may be; the automaton of a scan is built beforehand.
        expect(steps + scanned - before.steps - before.scanned, `call ${k}`).toBeLessThan(stepsPerCall + 300)
        expect([want, 'stepsPerCall'], `call ${k} within ${stepsPerCall}`).toContain(outcome)
      }
    }
  })

  it('is asked while the automata of sets and of scans walk', () => {
    const budget = { stepsPerCall: 1000 }
    const long = `a${'b'.repeat(100_000)}`
    expect(() => compileSet(['a', 'x'], { budget }).which(long)).toThrow(/stepsPerCall/)
    expect(compileSet(['a', 'x'], { budget }).which(long.slice(0, 900))).toEqual([0])
    const many = new TextEncoder().encode(long)
    const from = Uint32Array.from({ length: 10_000 }, (_, k) => 10 * k)
    const to = from.map((start) => start + 10)
    for (const pattern of ['[ab]c', 'xyz', 'a.*[xy]', '(a|b)(a|b|c){9}d']) {
      const regex = compile(pattern, { budget })
      for (const all of [regex, compileSet([pattern], { budget })]) {
        expect(() => all.scan(many, from, to, 0)).toThrow(/stepsPerCall/)
        expect(all.scan(many, from, to, 0, { budget: 200 }).next).toBe(20)
      }
      expect(regex.counters.judged).toBeLessThan(2500)
    }
  })

  it.each(['abcdefghij', 'ab', '[a-c]+d', '(a)(b)', '(a|ab)*?cd'])(
    'is its own for each iteration, whatever is asked in between: %s',
    (pattern) => {
      const want = list(compile(pattern).findAll(text))
      const regex = compile(pattern, { budget: { stepsPerCall: 9000 } })
      const got = [[], []] as { spans: Int32Array }[][]
      const iterations = [regex.findAll(text), regex.findAll(bytes)]
      for (let turn = 0; turn < 2000; turn++) {
        const { done, value } = iterations[turn % 2]!.next()
        if (done !== true) got[turn % 2]!.push(value)
        if (turn % 3 === 0) regex.count(bytes)
      }
      expect(got.map(list)).toEqual([want, want])
      // Nor are the calls in between a budget to live on.
      const poor = compile(pattern, { budget: { stepsPerCall: 150 } })
      const longer = poor.findAll('abcde-----'.repeat(200))
      expect(
        orBudgetError(() => {
          for (let turn = 0; turn < 1000; turn++) {
            if (longer.next().done === true) return turn
            poor.test('-')
          }
          return -1
        }),
      ).toBe('stepsPerCall')
    },
  )
})

describe('a limit that is no number of 0 or more is refused, as it would be none', () => {
  const limits = ['states', 'cacheBytes', 'compileBytes', 'stepsPerCall', 'depth']

  it.each([Number.NaN, -1, '5' as unknown as number])('%s', (value) => {
    for (const limit of limits) {
      const options: Options = { budget: { [limit]: value } }
      for (const work of [() => compile('a', options), () => compileSet(['a', 'b'], options)])
        expect(work).toThrow(new RangeError(`budget.${limit} must be a number of 0 or more, not ${value}`))
    }
    const [text, starts, ends] = [Uint8Array.of(97), Uint32Array.of(0), Uint32Array.of(1)]
    for (const regex of [compile('a'), compileSet(['a', 'b'])]) {
      for (const name of ['budget', 'limit']) {
        expect(() => regex.scan(text, starts, ends, 0, { [name]: value })).toThrow(
          new RangeError(`${name} must be a number of 0 or more, not ${value}`),
        )
        expect(regex.scan(text, starts, ends, 0, { [name]: Infinity }).next).toBe(1)
      }
    }
  })

  it('Infinity is one', () => {
    for (const limit of limits)
      expect(
        compile('a', { budget: { [limit]: Infinity } })
          .exec('ba')
          ?.spans.join(),
      ).toBe('1,2')
  })
})

describe('a text of 2 GiB', () => {
  it('is refused by every call', () => {
    const huge = new Uint8Array(2 ** 31)
    const one = Uint32Array.of(0)
    // Once the check is machine code as well.
    const short = compile('a')
    for (let i = 0; i < 200_000; i++) short.test(new Uint8Array(i & 7))
    for (const pattern of ['a', 'a|b', 'a.', 'a*?b', '(ab){~1}']) {
      const regex = compile(pattern)
      for (const call of [
        () => regex.test(huge),
        () => regex.exec(huge),
        () => regex.exec(huge, { from: 2 ** 31 - 2 }),
        () => regex.count(huge),
        () => regex.spans(huge),
        () => regex.spansInto(huge, new Int32Array(2)),
        () => regex.findAll(huge),
        () => regex.scan(huge, one, one, 0),
      ])
        expect(call).toThrow(/at most 2147483647 bytes/)
    }
    const set = compileSet(['a', 'b.'])
    for (const call of [() => set.test(huge), () => set.which(huge), () => set.scan(huge, one, one, 0)])
      expect(call).toThrow(RangeError)
  })
})

describe('where a search begins', () => {
  it.each([-1, 0.5, Number.NaN, Infinity, 2 ** 60])('from %s is refused, whatever answers', (from) => {
    for (const pattern of ['a', 'a|b', 'a.', '(a)', 'a*?b', '(ab){~1}', 'a$', '^a'])
      for (const text of ['aab', 'aéb', new TextEncoder().encode('aéb')])
        expect(() => compile(pattern).exec(text, { from })).toThrow(RangeError)
  })

  it('beyond the end nothing is found', () => {
    for (const pattern of ['a', '', 'a*', '(a){~1}', '$', 'a*?']) {
      expect(compile(pattern).exec('aaa', { from: 4 })).toBeNull()
      expect(compile(pattern).exec('aé', { from: 3 })).toBeNull()
    }
    expect(compile('').exec('aé', { from: 2 })?.spans.join()).toBe('2,2')
  })

  it('inside a character it is behind it', () => {
    const text = new TextEncoder().encode('é😀a')
    for (const from of [1, 2]) expect(compile('').exec(text, { from })?.spans.join()).toBe('2,2')
    for (const from of [3, 4, 5, 6]) expect(compile('.').exec(text, { from })?.spans.join()).toBe('6,7')
    expect(compile('.').exec('é😀a', { from: 2 })?.spans.join()).toBe('3,4')
    expect(compile('.', { encoding: 'bytes' }).exec(text, { from: 1 })?.spans.join()).toBe('1,2')
    // A broken sequence is bytes, each a unit.
    expect(
      compile('')
        .exec(Uint8Array.of(0xe9, 0x80, 0x61), { from: 1 })
        ?.spans.join(),
    ).toBe('1,1')
  })
})

describe('groups', () => {
  it.each([
    (n: number) => `${'(x'.repeat(n)}a${')?'.repeat(n)}`,
    (n: number) => `${'('.repeat(n)}a${')*'.repeat(n)}`,
    (n: number) => `${'(a|b'.repeat(n)})${')+c'.repeat(n - 1)}`,
    (n: number) => `${'(a+?'.repeat(n)}${')'.repeat(n)}`,
  ])('nested as deep as is allowed are found, or refused with the limit', (form) => {
    for (const depth of [100, 300, 499]) {
      const regex = compile(form(depth))
      const outcome = orBudgetError(() => regex.exec('xaabbc') !== null)
      expect([regex.test('xaabbc'), 'depth']).toContain(outcome)
    }
    expect(() => compile(form(501))).toThrow(/budget.depth/)
  })

  const deep = `${'(x'.repeat(400)}a${')?'.repeat(400)}`
  it.each([
    ['a pattern', () => compile(deep).exec('aaa')],
    ['a set', () => compileSet([deep, 'b']).which('aaa')],
  ])('a stack that runs out is the limit on depth: %s', (_, work) => {
    const below = (frames: number): unknown => {
      if (frames > 0) return below(frames - 1)
      try {
        return work()
      } catch (error) {
        return error
      }
    }
    const outcomes: unknown[] = []
    try {
      for (let frames = 0; frames < 40_000; frames += 500) outcomes.push(below(frames))
    } catch {
      // Not even the calls themselves had room.
    }
    // At the very edge it is the caller's own stack that ends, and its own error.
    const refused = outcomes.filter((outcome) => outcome instanceof RegexBudgetError)
    expect(refused.length).toBeGreaterThan(0)
    for (const error of refused) expect(error).toMatchObject({ limit: 'depth' })
    expect(outcomes.filter((outcome) => outcome instanceof RangeError).length).toBeLessThan(refused.length)
  })

  it.each(['(a)?'.repeat(3900), '(a*)'.repeat(2000), '(a*?b?)'.repeat(1000)])(
    'take no more than the cache may: %#',
    (pattern) => {
      for (const cacheBytes of [1 << 20, 16 << 20]) {
        const regex = compile(pattern, { budget: { cacheBytes } })
        regex.test('a')
        const before = process.memoryUsage().arrayBuffers
        expect([0, 'cacheBytes']).toContain(orBudgetError(() => regex.exec('a'.repeat(40))?.spans[0]))
        expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(cacheBytes + (8 << 20))
      }
    },
  )
})

describe('sets of patterns', () => {
  it('obey the same limits', () => {
    expect(() => compileSet(['a', '(x{200}){255}{255}']).test('x')).toThrow(RegexBudgetError)
    expect(compileSet(['(?:){255}{255}{255}', 'b']).which('a')).toEqual([0])
  })
})
