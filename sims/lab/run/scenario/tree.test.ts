import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { applySettings, readPath } from './settings.ts'
import { merge, parseTree, placeFor, plain, replaceAt, treeAt, type Tree } from './tree.ts'

function treeOf(value: unknown): Tree {
  const { tree, errors } = parseTree('x.yaml', stringify(value))
  if (tree === null) throw new Error(errors[0]?.message)
  return tree
}

const KEYS = ['a', 'b', 'c']
const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom('x', 'y', 1, 2, true, null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}))
const anyMap = fc.dictionary(fc.constantFrom(...KEYS), anyValue, { maxKeys: 3, noNullPrototype: true })
const merged = (...values: unknown[]) => plain(values.map(treeOf).reduce((below, over) => merge(below, over)))

describe('parseTree', () => {
  test('reads what the YAML library reads', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(plain(treeOf(value))).toEqual(parse(stringify(value)))
      }),
    )
  })

  test('remembers where keys and values are', () => {
    const tree = parseTree('x.yaml', 'a: 1\nb:\n  - {c: 2}\n  - d\n').tree!
    const at = (...path: (string | number)[]) => {
      const { place, valuePlace } = treeAt(tree, path)!
      return [place.line, place.column, valuePlace.line, valuePlace.column]
    }
    expect(at('a')).toEqual([1, 1, 1, 4])
    expect(at('b', 0, 'c')).toEqual([3, 6, 3, 9])
    expect(at('b', 1)).toEqual([4, 5, 4, 5])
    expect(placeFor(tree, ['b', 0, 'missing'])).toMatchObject({ line: 3, column: 5 })
    expect(placeFor(tree, ['missing'])).toMatchObject({ line: 1, column: 1 })
  })

  // One text of each kind that a parser may choke on; each must be refused or read in well under a second.
  const MIB = 1024 * 1024
  test.each([
    ['brackets', '['.repeat(MIB), 'nested more than 32 deep'],
    ['braces', '{a: '.repeat(MIB / 4), 'nested more than 32 deep'],
    ['dashes', '- '.repeat(MIB / 2), 'nested more than 32 deep'],
    ['question marks', '? '.repeat(MIB / 2), 'nested more than 32 deep'],
    ['brackets over lines', '[\n'.repeat(20_000), 'nested more than 32 deep'],
    [
      'steps of indentation',
      Array.from({ length: 1000 }, (_, i) => `${' '.repeat(i)}a:\n`).join(''),
      'nested',
    ],
    ['items', '- a\n'.repeat(MIB / 4), 'more than 50000 values'],
    ['commas', `[${'a,'.repeat(MIB / 2 - 1)}`, 'more than 50000 values'],
    ['closing brackets', ']'.repeat(MIB), 'more than 50000 values'],
    ['anchors', '&a '.repeat(MIB / 3), 'more than 50000 values'],
    ['aliases', `a: &a 1\nb: [${'*a,'.repeat(1000)}]`, 'more than 100 aliases'],
    ['an alias of itself', 'a: &a [*a]', 'nested more than 32 deep'],
    ['an open quote', `"${'a'.repeat(MIB - 1)}`, 'not valid YAML'],
    ['too long', ' '.repeat(MIB + 1), 'longer than 1 MiB'],
    ['nothing but comment', '#'.repeat(MIB), 'the file is empty'],
  ])('bounds %s', (_name, text, message) => {
    const start = performance.now()
    const { tree, errors } = parseTree('x.yaml', text)
    expect(tree).toBeNull()
    expect(errors[0]?.message).toContain(message)
    expect(performance.now() - start).toBeLessThan(5000)
  })
})

describe('merge', () => {
  test('nothing over something, and something over nothing, change nothing', () => {
    fc.assert(
      fc.property(anyMap, (value) => {
        expect(merged(value, {})).toEqual(value)
        expect(merged({}, value)).toEqual(value)
        expect(merged(value, value)).toEqual(value)
      }),
    )
  })

  test('what is over wins, key by key; what it does not name stays', () => {
    fc.assert(
      fc.property(anyMap, anyMap, (base, over) => {
        const result = merged(base, over) as Record<string, unknown>
        expect(Object.keys(result).toSorted()).toEqual(
          [...new Set([...Object.keys(base), ...Object.keys(over)])].toSorted(),
        )
        for (const key of Object.keys(result)) {
          const expected = !(key in over) ? base[key] : key in base ? merged(base[key], over[key]) : over[key]
          expect(result[key]).toEqual(expected)
        }
      }),
    )
  })

  test('lists and scalars replace', () => {
    fc.assert(
      fc.property(
        anyValue,
        fc.oneof(fc.array(anyValue, { maxLength: 3 }), fc.constantFrom('x', 1)),
        (base, over) => {
          expect(merged(base, over)).toEqual(over)
        },
      ),
    )
  })

  test('two environments in turn are one merged environment, where no map meets a scalar', () => {
    // The law fails where the middle one replaces a map by a scalar; then the last one starts anew.
    const flat = fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom(1, 2, 3), { noNullPrototype: true })
    const nested = fc.record({ p: flat, q: flat }, { requiredKeys: [], noNullPrototype: true })
    fc.assert(
      fc.property(nested, nested, nested, (a, b, c) => {
        expect(merged(a, b, c)).toEqual(merged(a, merged(b, c)))
      }),
    )
  })
})

describe('settings', () => {
  const anyPath = fc.array(fc.constantFrom(...KEYS), { minLength: 1, maxLength: 4 })
  const set = (base: unknown, ...settings: string[]) => {
    const { tree, errors } = applySettings(treeOf(base), settings)
    expect(errors).toEqual([])
    return tree
  }

  test('the value set is the value read', () => {
    fc.assert(
      fc.property(anyMap, anyPath, anyValue, (base, path, value) => {
        const tree = set(base, `${path.join('.')}=${JSON.stringify(value)}`)
        expect(plain(treeAt(tree, path)!)).toEqual(value)
      }),
    )
  })

  test('setting twice is setting the last; setting elsewhere does not matter', () => {
    fc.assert(
      fc.property(anyMap, anyPath, (base, path) => {
        const [first, last] = [`${path.join('.')}=1`, `${path.join('.')}=2`]
        expect(plain(set(base, first, last))).toEqual(plain(set(base, last)))
        expect(plain(set(base, 'z=1', last))).toEqual(plain(set(base, last, 'z=1')))
      }),
    )
  })

  test('a setting of a map key is an environment of that key alone', () => {
    fc.assert(
      fc.property(anyMap, fc.constantFrom(...KEYS), (base, key) => {
        expect(plain(set({ p: base }, `p.${key}=1`))).toEqual(merged({ p: base }, { p: { [key]: 1 } }))
      }),
    )
  })

  test.each([
    ['params.net.delay', ['params', 'net', 'delay']],
    ['expect[0]', ['expect', '0']],
    ['a[0][1].b', ['a', '0', '1', 'b']],
    ['sweep.retry policy', ['sweep', 'retry policy']],
    ['', null],
    ['a..b', null],
    ['.a', null],
    ['a[x]', null],
    ['a[0', null],
    ['__proto__', null],
    [Array.from({ length: 40 }, () => 'a').join('.'), null],
  ])('%s is a path to %j', (text, path) => {
    expect(readPath(text)).toEqual(path)
  })

  test('a list is replaced in place, and grows by one at its end', () => {
    const list = treeOf(['a', 'b'])
    const value = treeOf('x')
    expect(plain(replaceAt(list, ['1'], value))).toEqual(['a', 'x'])
    expect(plain(replaceAt(list, ['2'], value))).toEqual(['a', 'b', 'x'])
    expect(plain(replaceAt(list, ['9'], value))).toEqual({ 9: 'x' })
  })
})
