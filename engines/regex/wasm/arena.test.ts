/** Views of the arena belong to their owner: whatever the engine does, they stay as they are. */
import { afterEach, describe, expect, it } from 'vitest'
import { arena, compile, compileSet, DetachedTextError } from '../index.ts'
import type { Region } from '../index.ts'

const TEXT = 'the kitten sat on 12 mittens, 34 sittings; '.repeat(60)
/** A complete automaton of a few thousand states: its table is far above 64 KiB. */
const LARGE = '(a|b)(a|b|c){9}d|k[a-z]*t{2}en'
const regions: Region[] = []

function kept(text: string): Region {
  const bytes = new TextEncoder().encode(text)
  const region = arena.allocate(bytes.length)
  region.bytes.set(bytes)
  regions.push(region)
  return region
}

afterEach(() => {
  for (const region of regions.splice(0)) region.free()
})

const fragments = (length: number): [Uint32Array, Uint32Array] => {
  const starts = Uint32Array.from({ length: Math.floor(length / 43) }, (_, k) => k * 43)
  return [starts, starts.map((start) => start + 43)]
}

/** Every entry point that may need memory of the engine, on a text in its memory. */
const ENTRIES: [string, (bytes: Uint8Array) => unknown][] = [
  ['test', (bytes) => compile(LARGE).test(bytes)],
  ['exec', (bytes) => compile(LARGE).exec(bytes)],
  ['count', (bytes) => compile('kitten|mitten|sitting').count(bytes)],
  ['spans', (bytes) => compile('\\w+').spans(bytes)],
  ['findAll', (bytes) => [...compile('(\\w)\\w+').findAll(bytes)].length],
  ['minimal', (bytes) => compile('k.*?n').count(bytes)],
  ['approximate', (bytes) => compile('(kittens){~2}').count(bytes)],
  ['scan by a large table', (bytes) => compile(LARGE).scan(bytes, ...fragments(bytes.length), 0).hits.length],
  ['scan by a small table', (bytes) => compile('[0-9]+ s').scan(bytes, ...fragments(bytes.length), 0).hits],
  ['scan by literals', (bytes) => compile('kitten').scan(bytes, ...fragments(bytes.length), 0).hits],
  ['set scan', (bytes) => compileSet([LARGE, 'xyz+']).scan(bytes, ...fragments(bytes.length), 0).hits],
  ['set which', (bytes) => compileSet([LARGE, 'mit+']).which(bytes)],
  ['set test', (bytes) => compileSet([LARGE, 'mit+']).test(bytes)],
]

describe('views of the arena', () => {
  it.each(ENTRIES)('survive %s, which says of them what it says of a copy', (_, entry) => {
    const region = kept(TEXT)
    const view = region.bytes
    const found = entry(view)
    expect(view.length).toBe(TEXT.length)
    expect(region.bytes).toBe(view)
    expect(found).toEqual(entry(Uint8Array.from(view)))
  })

  it('survive it in the middle of an iteration', () => {
    const region = kept(TEXT)
    const want = [...compile('[a-z]+').findAll(TEXT)].length
    for (const [, entry] of ENTRIES) {
      let found = 0
      for (const match of compile('[a-z]+').findAll(region.bytes)) {
        expect(match.spans[1]).toBeGreaterThan(match.spans[0]!)
        if (found++ === 100) entry(region.bytes)
      }
      expect(found).toBe(want)
    }
  })

  it('are renewed when their owner allocates, and an iteration over an old one says so', () => {
    for (const pattern of ['[a-z]+', '(k)it', 's.*?t', '(mittens){~1}', 'kitten']) {
      const region = kept(TEXT)
      const matches = compile(pattern).findAll(region.bytes)
      expect(matches.next().done).toBe(false)
      const before = region.bytes
      // As much as is there already: it has to grow.
      const other = arena.allocate(before.buffer.byteLength)
      expect(before.length).toBe(0)
      expect(region.bytes.length).toBe(TEXT.length)
      expect(() => {
        while (matches.next().done !== true);
      }).toThrow(DetachedTextError)
      expect(compile(pattern).count(region.bytes)).toBe(compile(pattern).count(TEXT))
      other.free()
    }
  })
})
