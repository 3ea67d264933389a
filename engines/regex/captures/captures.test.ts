import { describe, expect, it, vi } from 'vitest'
import { Meter } from '../dfa/meter.ts'
import { DEFAULT_COMPILE_BYTES } from '../automaton/size.ts'
import { newTally } from '../dfa/tally.ts'
import { MAX_INT32 } from '../foundation/arrays.ts'
import { compile } from '../regex.ts'
import { parse } from '../syntax/parse.ts'
import { contains } from '../syntax/ranges.ts'
import { Random } from '../testing/random.ts'
import { RegexBudgetError } from '../types.ts'
import type { Options } from '../types.ts'
import { buildAlphabet, classesIn, classOf, holds, Sets } from './alphabet.ts'
import { buildAutomaton } from './automaton.ts'
import { buildCaptures } from './index.ts'
import type { CapturePath, Captures } from './index.ts'
import { MinimalSearch } from './minimal.ts'
import { Multipass } from './multipass.ts'
import { simulate } from './simulate.ts'
import { Stepper } from './stepper.ts'

const encoder = new TextEncoder()
const EDGES = { notBol: false, notEol: false }
const PATHS: CapturePath[] = ['one-pass', 'multi-pass', 'simulation']
/** Of a search for a minimal repetition there are two: by determinised rankings, and simulated. */
const SEARCHES: CapturePath[] = ['multi-pass', 'simulation']

const made = (pattern: string, options: Options = {}): Captures =>
  buildCaptures(parse(pattern, options), options)

/** The captures of the whole text, by every path; they must agree. */
function groups(pattern: string, text: string | Uint8Array, options: Options = {}): string {
  const captures = made(pattern, options)
  const bytes = typeof text === 'string' ? encoder.encode(text) : text
  const answers = PATHS.map((path) => String(captures.run(bytes, 0, bytes.length, EDGES, path)))
  expect(new Set(answers).size).toBe(1)
  return answers[0] as string
}

describe('captures of a known span', () => {
  it.each([
    ['(wee|week)(night|knights)s*', 'weeknights', '0,10,0,4,4,9', '0,10,0,3,3,10'],
    ['(a|ab)(c|bcd)(d*)', 'abcd', '0,4,0,2,2,3,3,4', '0,4,0,1,1,4,4,4'],
    ['(aa|aaa)*', 'aaaaa', '0,5,3,5', '0,5,2,5'],
    ['((a)|(b))*', 'ab', '0,2,1,2,-1,-1,1,2', '0,2,1,2,-1,-1,1,2'],
    ['(a*)*', '', '0,0,0,0', '0,0,0,0'],
    ['(a+)*', '', '0,0,-1,-1', '0,0,-1,-1'],
    ['(a*(a*))?', 'a', '0,1,0,1,1,1', '0,1,0,1,1,1'],
    ['(([a]a|)(|a.a)){2}', 'aaaa', '0,4,2,4,2,4,4,4', '0,4,2,4,2,4,4,4'],
  ])('%s on %j', (pattern, text, posix, tre) => {
    expect(groups(pattern, text)).toBe(posix)
    expect(groups(pattern, text, { rules: 'tre' })).toBe(tre)
  })

  it('counts bytes, in UTF-8 and in bytes', () => {
    expect(groups('(é*)(.)(.*)', 'éé😀ß')).toBe('0,10,0,4,4,8,8,10')
    expect(groups('(.)(.*)', 'é', { encoding: 'bytes' })).toBe('0,2,0,1,1,2')
  })

  it('looks at what surrounds the span', () => {
    const captures = made('(\\b|x)(a)($|)')
    const text = encoder.encode('xa-')
    for (const path of PATHS) {
      expect(captures.run(text, 1, 2, EDGES, path)).toBeNull()
      expect(captures.run(text.subarray(1), 0, 1, EDGES, path)?.join()).toBe('0,1,0,0,0,1,1,1')
      expect(captures.run(text.subarray(1, 2), 0, 1, { notBol: true, notEol: true }, path)).not.toBeNull()
      expect(made('(^)a').run(text.subarray(1), 0, 1, { notBol: true, notEol: false }, path)).toBeNull()
    }
  })

  it('has no captures for a span the pattern does not match', () => {
    expect(groups('(a)(b)', 'ac')).toBe('null')
    expect(groups('(.)(.)', Uint8Array.of(0x61, 0xff))).toBe('null')
    expect(groups('(.)(.)', Uint8Array.of(0x61, 0xe2, 0x82))).toBe('null')
    expect(groups('(.)(.)', Uint8Array.of(0x61, 0xff), { encoding: 'bytes' })).toBe('0,2,0,1,1,2')
  })

  it('takes one pass where the pattern leaves no choice', () => {
    const text = encoder.encode('abc=12')
    const chosen = (pattern: string): CapturePath[] => {
      const captures = made(pattern)
      captures.run(text, 0, text.length, EDGES)
      return PATHS.filter((path) => captures.counters[path] > 0)
    }
    expect(chosen('([a-z]+)=([0-9]+)')).toEqual(['one-pass'])
    expect(chosen('(([a-z])|([=0-9]))*')).toEqual(['one-pass'])
    expect(chosen('(.*)=(.*)')).toEqual(['multi-pass'])
    expect(chosen('([a-z]|abc)*=([0-9]+)')).toEqual(['multi-pass'])
  })
})

describe('long spans', () => {
  const SIZE = 700_000

  it('are walked back over more than one stretch', () => {
    for (const letter of ['b', 'ü', '😀']) {
      const width = encoder.encode(letter).length
      const text = encoder.encode(`a=${letter.repeat(SIZE / width)}=`)
      const end = text.length
      const spans = made('(a|a=)(.*)(=.*)').run(text, 0, end, EDGES, 'multi-pass')
      expect(spans?.join()).toBe([0, end, 0, 2, 2, end - 1, end - 1, end].join())
    }
  })

  it('takes another way where two passes would meet a new ranking at every character', () => {
    const random = new Random(7)
    const text = Uint8Array.from({ length: 12_000 }, () => random.pick([97, 98]))
    const captures = made('((a|b)*a(a|b){12}|(b|a){12}a(a|b)*)*[ab]*')
    const spans = captures.run(text, 0, text.length, EDGES)
    expect(captures.counters).toMatchObject({ 'multi-pass': 0, simulation: text.length })
    expect(spans).toEqual(captures.run(text, 0, text.length, EDGES, 'simulation'))
  })

  it('gives up a full cache for another way', () => {
    const random = new Random(3)
    const text = Uint8Array.from({ length: 40_000 }, () => random.pick([97, 97, 98]))
    text[17] = 99
    const pattern = '((a|b)*a(a|b){3}|(c)b*)*(a(a|b)*)'
    const captures = made(pattern)
    const expected = captures.run(text, 0, text.length, EDGES, 'simulation')
    expect(expected).not.toBeNull()
    for (const cache of [0, 3000, 6000, 12_000, 30_000, 1e6]) {
      expect(captures.withCache(cache).run(text, 0, text.length, EDGES, 'multi-pass')).toEqual(expected)
    }
  })
})

describe('a way whose cache was full again and again', () => {
  it.each(['multi-pass', 'ranked search'])('is tried again behind much other text: %s', (way) => {
    const passes = way === 'multi-pass'
    const trials = passes ? vi.spyOn(Multipass.prototype, 'run') : vi.spyOn(MinimalSearch.prototype, 'find')
    const captures = made(passes ? '(.*)=(.*)' : '(a|b+)*?=').withCache(6000)
    const ask = (text: string): number => {
      const bytes = encoder.encode(text)
      if (passes) captures.run(bytes, 0, bytes.length, EDGES)
      else captures.findMinimal(bytes, 0, EDGES)
      return trials.mock.calls.length
    }
    expect(Array.from({ length: 5 }, () => ask('ab=ab'))).toEqual([1, 2, 3, 3, 3])
    expect(trials.mock.results.every(({ value }) => value === undefined)).toBe(true)
    expect(ask(`${'ab'.repeat(1 << 17)}=`)).toBe(3)
    expect(ask('ab=ab')).toBe(4)
    trials.mockRestore()
  })
})

describe('minimal repetition', () => {
  const first = (pattern: string, text: string, from = 0): string => {
    const captures = made(pattern)
    const bytes = encoder.encode(text)
    const answers = SEARCHES.map((path) => String(captures.findMinimal(bytes, from, EDGES, path)))
    expect(new Set(answers).size).toBe(1)
    return answers[0] as string
  }

  it.each([
    ['<b>(.*?)</b>', '<b>text1</b><b>text2</b>', '0,12,3,8'],
    ['a(.*?)(foo|bar|zap)', 'hubba wooga-booga zabar gafoo wazap', '4,23,5,20,20,23'],
    ['foo(?U:o*)(o*)', 'foooo', '0,5,3,5'],
    ['.+?', 'abcd', '0,1'],
    ['(a)*?', 'aaa', '0,0,-1,-1'],
    ['(a*?)b', 'xxaab', '2,5,2,4'],
    ['a.*?b', 'xaxa', 'null'],
  ])('%s in %s', (pattern, text, expected) => expect(first(pattern, text)).toBe(expected))

  it('is found anywhere in a long text, and the way back gives its start', () => {
    const filler = 'ab'.repeat(300_000)
    expect(first('x(.*?)y', `${filler}x${filler}y${filler}y`)).toBe('600000,1200002,600001,1200001')
    expect(first('(x)(.*?)y', `${filler}x${filler}`)).toBe('null')
  })

  it('steps over bytes that are no UTF-8', () => {
    const captures = made('(a.*?)b')
    const text = Uint8Array.of(0xff, 0x61, 0xff, 0x62, 0x61, 0x62)
    for (const path of SEARCHES) expect(captures.findMinimal(text, 0, EDGES, path)?.join()).toBe('4,6,4,5')
  })
})

describe('budgets', () => {
  it('refuses to grow beyond the bytes allowed, before it has', () => {
    expect(() => made('((a?){0,255}){0,255}')).toThrow(RegexBudgetError)
    const budget = { compileBytes: 5000 }
    // In terms of what was set, not of an automaton that nobody knows.
    expect(() => made('((a?){9}){9}', { budget })).toThrow(/compileBytes exceeded: needs 5200, allowed 5000/)
  })

  it.each([
    ['([ab]){60}', 'ab'.repeat(30)],
    ['((a?){5}){5}', 'a'.repeat(25)],
    ['(ab?){33}', 'ab'.repeat(33)],
    ['((a?)(b?)(c?)){11}', 'abc'.repeat(11)],
  ])('what may have its states for spans may have its groups: %s', (pattern, text) => {
    const regex = compile(pattern, { budget: { states: 100 } })
    expect(regex.test(text)).toBe(true)
    expect(regex.exec(text)?.spans.subarray(0, 2).join()).toBe(`0,${text.length}`)
  })

  it.each([
    ['(', 'a*?', ')*'],
    ['(', 'a*?', ')+?'],
    ['(', 'a*?b', ')+'],
    ['(', '(a|b*?)', '){1,}'],
    ['(b?', 'a*?', ')*'],
    ['(b?', 'a*?', 'b)*'],
  ])(
    'nested around a minimal repetition, the automaton does not double at each level: %s %s %s',
    (...parts) => {
      const [open, body, close] = parts
      const states = (depth: number): number =>
        buildAutomaton(parse(open.repeat(depth) + body + close.repeat(depth)), DEFAULT_COMPILE_BYTES).states
      expect(states(40)).toBeLessThan(9 * states(20))
      expect(states(40)).toBeLessThan(100_000)
    },
  )

  it('takes memory for the members of sets, not for sets times classes', () => {
    const letters = String.fromCharCode(...Array.from({ length: 20_000 }, (_, at) => 0x4e00 + at))
    const { alphabet } = buildAutomaton(parse(letters), DEFAULT_COMPILE_BYTES)
    const { members, lists, listStart, startClass, starts } = alphabet
    expect(alphabet.classes).toBe(20_001)
    expect(
      [members, lists, listStart, startClass, starts].reduce((sum, one) => sum + one.byteLength, 0),
    ).toBeLessThan(1e6)
    const [start, some] = [letters.slice(0, 100), letters.slice(0, 5000)]
    expect(compile(`(${letters})`).exec(start)).toBeNull()
    expect(compile(letters, { approx: { maxErrors: 1 } }).test(start)).toBe(false)
    // To the end in a sixteenth of the time: sets times classes are too many for a table still.
    expect(compile(`(${some})`).exec(some)?.spans.join()).toBe('0,5000,0,5000')
    expect(compile(some, { approx: { maxErrors: 1 } }).test(some.slice(1))).toBe(true)
  })

  it('refuses sets that lie within each other by thousands', () => {
    const nested = Array.from({ length: 8000 }, (_, at) => {
      const [low, high] = [0x4e00 + at, 0x9f00 - at]
      return `[${String.fromCodePoint(low)}-${String.fromCodePoint(high)}]`
    }).join('')
    expect(() => made(nested)).toThrow(/compileBytes/)
    expect(() => compile(nested, { approx: { maxErrors: 1 } })).toThrow(/compileBytes/)
  })

  it('has room for more classes than 16 bits can tell apart', () => {
    const many = Array.from({ length: 70_000 }, (_, at) => 0x1_0000 + at)
    const sets = new Sets()
    for (const code of many) sets.add([code, code])
    const alphabet = buildAlphabet(parse('a'), sets)
    expect(new Set(many.map((code) => classOf(alphabet, code))).size).toBe(70_000)
  })

  it('keeps no record of steps where thousands of groups would make it huge', () => {
    const captures = made('(a*)'.repeat(2000), { budget: { cacheBytes: 64 << 20 } })
    const text = encoder.encode('a')
    const spans = captures.run(text, 0, 1, EDGES)
    expect(spans?.subarray(0, 6).join()).toBe('0,1,0,1,1,1')
    expect(captures.counters).toEqual({ 'one-pass': 0, 'multi-pass': 0, simulation: 1 })
  })

  it('stops a run when the steps are used up', () => {
    const text = encoder.encode('a'.repeat(10_000))
    const options = { budget: { stepsPerCall: 5000 } }
    for (const path of PATHS) {
      expect(() => made('(a|aa)*', options).run(text, 0, text.length, EDGES, path)).toThrow(RegexBudgetError)
    }
    for (const path of SEARCHES) {
      expect(() => made('(a|b*?)*c', options).findMinimal(text, 0, EDGES, path)).toThrow(RegexBudgetError)
    }
  })
})

describe('the ranked steps', () => {
  it.each(['(a+)+', '(a*)*', '((a|aa)+)*', '(a?){10}(a){10}a*', '((a|a)|a)*', '(((a{1,3}|b){1,4}a?){1,5})*'])(
    'of %s do work in proportion to the text',
    (pattern) => {
      const work = (length: number): number => {
        const stepper = new Stepper(buildAutomaton(parse(pattern), DEFAULT_COMPILE_BYTES))
        stepper.load(stepper.initial())
        for (let i = 0; i < length; i++) stepper.advance(128, classOf(stepper.automaton.alphabet, 97), false)
        return stepper.work
      }
      // The ranking soon repeats, with a period: the same work for every further stretch, up to a part of a period.
      const [short, middle, long] = [work(600), work(1200), work(1800)] as [number, number, number]
      expect((long - middle) / (middle - short)).toBeCloseTo(1, 3)
    },
  )

  it('stay right when the numbers of their closures begin anew', () => {
    const text = encoder.encode('abcdabd')
    const run = (last: number): string => {
      const automaton = buildAutomaton(parse('((a|ab)(c|bcd|b)(d*))*'), 1e5)
      const stepper = new Stepper(automaton)
      const meter = new Meter(newTally(), Infinity)
      const once = () => String(simulate(stepper, text, 0, text.length, EDGES, meter, 1 << 20))
      // What was stamped before must not count behind.
      once()
      Object.assign(stepper, { closures: last })
      return once()
    }
    for (let last = MAX_INT32 - 10; last <= MAX_INT32; last++) expect(run(last)).toBe('0,7,4,7,4,5,5,6,6,7')
  })

  it('tell apart exactly what the sets tell apart', () => {
    const random = new Random(9)
    for (let round = 0; round < 50; round++) {
      const sets = new Sets()
      const ranges = Array.from({ length: 1 + random.below(40) }, () => {
        const low = random.below(300)
        return [low, low + random.below(40), 500 + random.below(100), 700]
      })
      const ids = ranges.map((set) => sets.add(set))
      const alphabet = buildAlphabet(parse(random.pick(['a', '\\ba'])), sets)
      const wrong: number[] = []
      for (let code = 0; code < 800; code++) {
        const symbol = classOf(alphabet, code)
        const member = (i: number): boolean => holds(alphabet, ids[i]!, symbol)
        if (ranges.some((set, i) => member(i) !== contains(set, code))) wrong.push(code)
      }
      expect(wrong).toEqual([])
    }
  })

  it('do so too where there are too many sets for a table', () => {
    const random = new Random(10)
    const sets = new Sets()
    const ranges = Array.from({ length: 2500 }, (_, at) => {
      const low = random.below(5000)
      return at % 10 === 0 ? [low, low + 50] : [low, low, 6000 + at, 6000 + at]
    })
    const ids = ranges.map((set) => sets.add(set))
    const alphabet = buildAlphabet(parse('a'), sets)
    expect(alphabet.members.length).toBe(0)
    for (let i = 0; i < ranges.length; i += 7) {
      const set = ranges[i]!
      const classes = new Set(classesIn(alphabet, ids[i]!))
      const wrong: number[] = []
      for (let code = 0; code < 9000; code += 3) {
        const symbol = classOf(alphabet, code)
        const is = contains(set, code)
        if (holds(alphabet, ids[i]!, symbol) !== is || classes.has(symbol) !== is) wrong.push(code)
      }
      expect(wrong).toEqual([])
    }
  })
})
