/** The allocator: blocks apart from each other, everything given back, limits kept, views renewed. */
import { describe, expect, it } from 'vitest'
import { arena } from '../../regex/index.ts'
import { SparseArray } from '../array/sparse-array.ts'
import { createStore } from '../array/store.ts'
import { seeded } from '../testing/random.ts'
import { Space, SpaceFullError } from './space.ts'

describe('blocks', () => {
  it.each([2 ** 31 - 65_535, 2 ** 31 - 20, 2 ** 31, 2 ** 32 - 8, 2 ** 32])(
    'of %i bytes, more than the arena has, are refused',
    (bytes) => {
      const space = new Space()
      expect(() => space.allocate(bytes)).toThrow(SpaceFullError)
      expect(space.reserve(bytes)).toBe(false)
      expect(space.used).toBe(0)
      space.release()
    },
  )

  it('keep their content apart from all others, and leave nothing behind', () => {
    const random = seeded(3)
    const space = new Space(1 << 20)
    const live: { address: number; length: number; mark: number }[] = []
    let refused = 0
    for (let i = 0; i < 30_000; i++) {
      if (random.below(8) < 5 || live.length === 0) {
        const length = random.below(6) === 0 ? random.below(30_000) : random.below(200)
        try {
          const address = space.allocate(length)
          const mark = random.below(256)
          space.u8.fill(mark, address, address + length)
          live.push({ address, length, mark })
        } catch (error) {
          if (!(error instanceof SpaceFullError)) throw error
          refused++
        }
        continue
      }
      const { address, length, mark } = live.splice(random.below(live.length), 1)[0]!
      const bytes = space.u8.subarray(address, address + length)
      expect(bytes.every((byte) => byte === mark)).toBe(true)
      expect(space.capacityOf(address)).toBeGreaterThanOrEqual(length)
      space.free(address)
    }
    expect(space.used).toBeLessThanOrEqual(1 << 20)
    expect(refused).toBeGreaterThan(0)
    for (const { address } of live) space.free(address)
    expect(space.used).toBe(0)
    space.release()
  })
})

describe('blocks larger than a chunk', () => {
  it.each([1.2e6, 2_595_355, 2 ** 22 - 12, 2 ** 22, 33e6])(
    'of %i bytes are where nothing else is',
    (bytes) => {
      const space = new Space()
      const first = space.allocate(bytes)
      const second = space.allocate(bytes)
      expect(Math.abs(first - second)).toBeGreaterThanOrEqual(bytes)
      expect(space.sizeOf(first)).toBeGreaterThan(bytes)
      expect(space.used).toBe(space.sizeOf(first) + space.sizeOf(second))
      space.free(first)
      space.free(second)
      expect(space.used).toBe(0)
      space.release()
    },
  )

  it('hold the values of keys apart', async () => {
    const { Client } = await import('../testing/client.ts')
    const client = new Client()
    const keys = ['s', 't', 'u']
    const valueOf = (key: string): Buffer => Buffer.alloc(2_595_355, key)
    for (const key of keys) expect(client.send('SET', key, valueOf(key))[0]).toMatchObject({ text: 'OK' })
    client.send('ARSET', 'a', '0', valueOf('a'), valueOf('b'))
    for (const key of keys) {
      const reply = Buffer.from(client.raw(Buffer.from(`GET ${key}\r\n`)))
      expect(reply.subarray(10, -2).equals(valueOf(key))).toBe(true)
    }
    const reply = Buffer.from(client.raw(Buffer.from('ARGET a 1\r\n')))
    expect(reply.subarray(10, -2).equals(valueOf('b'))).toBe(true)
    client.engine.space.release()
  })
})

describe('views', () => {
  it('are renewed when others grow the memory between two calls', () => {
    const array = new SparseArray(createStore(new Space(), 12))
    const value = new TextEncoder().encode('a value that is a text')
    array.set(0, 1, value, 0, value.length)
    // Far more than the memory has: its views are detached.
    const other = arena.allocate(300 << 20)
    expect(array.get(0, 1)).toEqual(value)
    const another = arena.allocate(600 << 20)
    array.set(0, 2, value, 0, value.length)
    expect(array.count).toBe(2)
    other.free()
    another.free()
  })
})

describe('when memory runs out', () => {
  it.each([
    ['ARSET', ['k', '0', ...Array.from({ length: 4_000 }, (_, i) => `a text of its own, number ${i}`)]],
    ['ARMSET', ['k', ...Array.from({ length: 4_000 }, (_, i) => [String(i * 9_000), `text ${i}`]).flat()]],
    ['ARINSERT', ['k', ...Array.from({ length: 4_000 }, (_, i) => `a text of its own, number ${i}`)]],
    ['ARRING', ['k', '1500', ...Array.from({ length: 1_500 }, (_, i) => `${'long '.repeat(20)}${i}`)]],
    ['SET', ['s', 'x'.repeat(400_000)]],
    ['COPY', ['k', 'l']],
  ] as const)('%s writes all or nothing', async (name, rest) => {
    const { Engine } = await import('../server/engine.ts')
    const { Client } = await import('../testing/client.ts')
    let refused = 0
    let done = 0
    for (let limit = 40_000; limit < 700_000; limit += 23_001) {
      const client = new Client(new Engine({ debug: true, arenaLimit: limit }))
      client.send(
        'ARSET',
        'k',
        '5',
        'old',
        ...Array.from({ length: 200 }, (_, i) => `old text ${i} ${'x'.repeat(60)}`),
      )
      client.send('SET', 's', 'old')
      const before = client.type('DEBUG DIGEST')
      const used = client.engine.space.used
      const [reply] = client.send(name, ...rest)
      const isRefused = reply!.type === 'error'
      const text = isRefused ? (reply as { text: string }).text : ''
      expect(text).toBe(isRefused ? "OOM command not allowed when used memory > 'maxmemory'." : '')
      const kept = client.type('DEBUG DIGEST') === before && client.engine.space.used <= used + 4_096
      expect(kept || !isRefused).toBe(true)
      if (isRefused) refused++
      else done++
      client.engine.space.release()
    }
    expect(done).toBeGreaterThan(0)
    // A copy shares what it copies and so needs next to nothing.
    expect(refused > 0 || name === 'COPY').toBe(true)
  })

  it.each([
    ['SET over an array', ['SET', 'k', 'x'.repeat(2 << 20)]],
    ['SET GET', ['SET', 's', 'x'.repeat(2 << 20), 'GET']],
    ['SET GET of a key that is not there', ['SET', 'new', 'x'.repeat(2 << 20), 'GET']],
    ['RENAME of a string to a long name', ['RENAME', 's', 'x'.repeat(2 << 20)]],
    ['RENAME of an array to a long name', ['RENAME', 'k', 'x'.repeat(2 << 20)]],
    ['COPY over an array', ['COPY', 's', 'k', 'REPLACE']],
    ['COPY over a string', ['COPY', 's', 't', 'REPLACE']],
    ['COPY of an array to a long name', ['COPY', 'k', 'x'.repeat(2 << 20)]],
  ] as const)('%s changes nothing, says so once, and holds nothing', async (_, command) => {
    const { Engine } = await import('../server/engine.ts')
    const { Client } = await import('../testing/client.ts')
    const engine = new Engine({ debug: true, arenaLimit: 1 << 20 })
    const client = new Client(engine)
    client.send('ARSET', 'k', '5', 'old', 'older')
    client.send('SET', 's', 'x'.repeat(600_000))
    client.send('SET', 't', 'other')
    client.send('PEXPIRE', 's', '5000')
    const before = client.type('DEBUG DIGEST')
    const { used } = engine.space
    expect(client.send(...command)).toEqual([
      { type: 'error', text: "OOM command not allowed when used memory > 'maxmemory'." },
    ])
    expect(client.type('DEBUG DIGEST')).toBe(before)
    expect(client.type('PTTL s')).toBe('(integer) 5000')
    expect(engine.space.used).toBe(used)
    client.send('FLUSHALL')
    while (engine.bury(1_000));
    expect(engine.space.used).toBe(0)
    engine.space.release()
  })

  it('RENAME needs no room where the name is no longer', async () => {
    const { Engine } = await import('../server/engine.ts')
    const { Client } = await import('../testing/client.ts')
    const client = new Client(new Engine({ arenaLimit: 1 << 20 }))
    client.send('SET', 's', 'x'.repeat(600_000))
    client.send('SET', 't', 'y'.repeat(400_000))
    expect(client.type('RENAME s t')).toBe('OK')
    const reply = Buffer.from(client.raw(Buffer.from('GET t\r\n'))).toString()
    expect(reply === `$600000\r\n${'x'.repeat(600_000)}\r\n`).toBe(true)
    expect(client.type('DBSIZE')).toBe('(integer) 1')
    client.engine.space.release()
  })

  it.each([
    [
      'ARSET',
      (i: number) => ['k', String(i), ...Array.from({ length: 300 }, (_, k) => `a new text ${k}`.repeat(3))],
    ],
    [
      'ARMSET',
      (i: number) => ['k', String(i), 'x'.repeat(500), String(i + 500), 'y'.repeat(500), '1', 'new text'],
    ],
    ['ARINSERT', () => ['k', ...Array.from({ length: 300 }, (_, k) => `a new text ${k}`.repeat(3))]],
    ['ARRING', () => ['k', '700', ...Array.from({ length: 20 }, (_, k) => `a new text ${k}`)]],
    ['ARDEL', (i: number) => ['k', String(i), String(i + 260), String(i + 520)]],
    ['ARDELRANGE', (i: number) => ['k', String(i), String(i + 600)]],
  ] as const)('%s on an array that a search holds changes all or nothing', async (name, rest) => {
    const { Engine } = await import('../server/engine.ts')
    const { Client, frame } = await import('../testing/client.ts')
    let refused = 0
    let done = 0
    for (let limit = 250_000; limit < 700_000; limit += 11_003) {
      const engine = new Engine({ debug: true, arenaLimit: limit })
      const client = new Client(engine)
      client.send('CONFIG', 'SET', 'array-slice-size', '256')
      for (let i = 0; i < 1_000; i += 50)
        client.send('ARINSERT', 'k', ...Array.from({ length: 50 }, (_, k) => `old text ${i + k} `.repeat(12)))
      const before = client.type('DEBUG DIGEST')
      // Slices of their own, and such as the search holds.
      const searcher = new Client(engine)
      searcher.session.feed(frame('ARSCAN', 'k', '0', '1000'))
      expect(searcher.session.job).not.toBe(null)
      const [reply] = client.send(name, ...rest(limit % 300))
      const isRefused = reply!.type === 'error'
      expect(!isRefused || client.type('DEBUG DIGEST') === before).toBe(true)
      if (isRefused) refused++
      else done++
      searcher.settle()
      engine.space.release()
    }
    expect(done).toBeGreaterThan(0)
    expect(refused).toBeGreaterThan(0)
  })
})
