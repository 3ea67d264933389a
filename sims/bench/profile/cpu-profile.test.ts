import { expect, test } from 'vitest'
import { addProfile, growth, selfTimes, type Frame } from './cpu-profile.ts'

const node = (id: number, functionName: string, children: number[] = [], url = 'file:///tree/a.ts') => ({
  id,
  callFrame: { functionName, url, lineNumber: 1 },
  children,
})

/** root -> run -> (fast, slow -> fast); idle beside it. */
const profile = (slow: number) => ({
  nodes: [
    node(1, '(root)', [2, 6], ''),
    node(2, 'run', [3, 4]),
    node(3, 'fast'),
    node(4, 'slow', [5]),
    node(5, 'fast'),
    node(6, '(idle)', [], ''),
  ],
  samples: [2, 3, 4, 5, 6],
  timeDeltas: [1e6, 2e6, slow * 1e6, 3e6, 50e6],
})

function read(slow: number): Frame {
  const all: Frame = { name: 'all', total: 0, self: 0, children: new Map() }
  addProfile(all, profile(slow), '/tree')
  return all
}

test('times add up: own time by function from all places, idle left out, threads together', () => {
  const all = read(4)
  expect(all.total).toBeCloseTo(10)
  expect(Object.fromEntries(selfTimes(all))).toEqual({ 'a.ts#run': 1, 'a.ts#fast': 5, 'a.ts#slow': 4 })
  addProfile(all, profile(4), '/tree')
  expect(all.total).toBeCloseTo(20)
})

test('the function that grew comes first', () => {
  expect(growth(read(4), read(9))[0]).toEqual({ name: 'a.ts#slow', base: 4 / 10, head: 9 / 15 })
  expect(growth(read(9), read(4)).at(-1)!.name).toBe('a.ts#slow')
})

test('planted: a library that a tree has by a link is the same in both, and has not grown from nothing', () => {
  const readFrom = (root: string, library: string): Frame => {
    const all: Frame = { name: 'all', total: 0, self: 0, children: new Map() }
    const { nodes, ...rest } = profile(4)
    const inLibrary = nodes.map((one) =>
      one.callFrame.functionName === 'slow'
        ? { ...one, callFrame: { ...one.callFrame, url: `file://${library}` } }
        : one,
    )
    addProfile(all, { ...rest, nodes: inLibrary }, root)
    return all
  }
  // Base's node_modules leads into the working tree, or to an installation of its own.
  const head = readFrom('/tree', '/tree/node_modules/.pnpm/zod@4/node_modules/zod/a.js')
  for (const library of ['/tree/node_modules/zod/a.js', '/cache/installs/1/node_modules/zod/a.js']) {
    expect(growth(readFrom('/tmp/base', library), head)).toContainEqual({
      name: 'node_modules/zod/a.js#slow',
      base: 4 / 10,
      head: 4 / 10,
    })
  }
})
