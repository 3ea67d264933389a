import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { GateDocument } from './document.ts'
import { ENGINE, fixtureOfFile, IMPORTS_BENCH, outcomes, QUADRATIC, TASKS } from './testing/fixture.ts'

const fixture = fixtureOfFile()
const { gateOf } = fixture
/** Files of the working tree, which stay there. */
const write = (files: Readonly<Record<string, string>>): void => fixture.repository.write(files)
const commit = (files: Readonly<Record<string, string>>): string => fixture.repository.commit(files)

test('a comment and another name change nothing', async () => {
  const document = await gateOf(ENGINE.replaceAll('seen', 'met').replace('{', '{ // a comment'))
  expect(document.verdict, document.headline).toBe('pass')
  expect(outcomes(document)).toEqual({
    'tasks/unique': 'pass',
    'tasks/tidy': 'pass',
    'tasks/in a bench': 'pass',
  })
  expect(document.benchmarks.map(({ counters }) => counters[0]!.ratio)).toEqual([1, 1, 1])
  expect(document.controls.map(({ ok }) => ok)).toEqual([true, true])
})

test('a task that head no longer has is named, and holds nothing up', async () => {
  const hash = commit({
    'engine.mjs': ENGINE,
    'tasks.mjs': TASKS.replace('tidy:', 'slow: () => unique(items), tidy:'),
  })
  write({ 'tasks.mjs': TASKS })
  const document = await gateOf(ENGINE, { base: hash })
  expect(document.verdict, document.headline).toBe('pass')
  expect(document.headline).toContain('3 of 3 clear; gone since base: tasks/slow')
  expect(outcomes(document)['tasks/slow']).toBe('gone')
})

test('planted: quadratic work fails by count, the function named; what does not use it passes', async () => {
  const document = await gateOf(QUADRATIC, { only: ['unique', 'tidy'] })
  expect(document.verdict).toBe('fail')
  expect(outcomes(document)).toEqual({ 'tasks/unique': 'fail', 'tasks/tidy': 'pass' })
  const blocks = document.benchmarks[0]!.counters.find(({ name }) => name === 'blocks')!
  expect(blocks.ratio).toBeGreaterThan(20)
  expect(blocks.where[0]).toBe('engine.mjs#isFirst')
  expect(document.headline).toMatch(
    /^tasks\/unique: .*blocks grew from \d+ to \d+, most in engine\.mjs#isFirst/,
  )
})

test('a counter that base lacks is named and fails nobody; one of head that is no number is refused', async () => {
  const tasks = TASKS.replace(
    'import { unique }',
    "import * as engine from './engine.mjs'\nimport { unique }",
  )
  const counting = async (counters: string): Promise<GateDocument> => {
    write({ 'tasks.mjs': `${tasks}export const counters = () => (${counters})\n` })
    const engine = ENGINE.replace('const seen', 'looks++\n  const seen') + 'export let looks = 0\n'
    return await gateOf(engine, { only: ['unique'] })
  }
  try {
    const lacking = await counting('{ looks: engine.looks + 0 }')
    expect(lacking.verdict, lacking.headline).toBe('pass')
    expect(lacking.benchmarks[0]!.notes).toEqual(['counted for the first time: looks'])
    const wrong = await counting("{ looks: engine.looks + 0, name: 'set' }")
    expect(outcomes(wrong)).toEqual({ 'tasks/unique': 'refused' })
    expect(wrong.headline).toContain('its counters must be finite numbers: name')
  } finally {
    write({ 'tasks.mjs': TASKS })
  }
})

test('planted: a wrong result within an object is one; the order of keys, or a time of day, is none', async () => {
  const returning = (wrong: string, keys: string, day: string): string =>
    `export const wrong = () => (${wrong})\nexport const keys = () => (${keys})\nexport const day = () => (${day})\n`
  const right = '{ a: [400], b: 1n }'
  const tasks = `${IMPORTS_BENCH}import * as engine from './engine.mjs'
export const bench = new Bench()
for (const [name, task] of Object.entries(engine)) bench.add(name + ' in a bench', task)
export const tasks = { ...engine }
`
  const hash = commit({ 'engine.mjs': returning(right, right, right), 'tasks.mjs': tasks })
  const head = returning(
    '{ a: [401], b: 1n }',
    '{ b: 1n, a: [400] }',
    '{ a: [performance.timeOrigin], b: 1n }',
  )
  const document = await gateOf(head, { base: hash })
  write({ 'engine.mjs': ENGINE, 'tasks.mjs': TASKS })
  expect(document.verdict).toBe('unmeasured')
  expect(outcomes(document)).toEqual({
    'tasks/wrong': 'refused',
    'tasks/wrong in a bench': 'refused',
    'tasks/keys': 'pass',
    'tasks/keys in a bench': 'pass',
    'tasks/day': 'pass',
    'tasks/day in a bench': 'pass',
  })
})

test('a result that names its own file is none of its side, and what is told of a result is no work', async () => {
  const naming = (times: number): string => `import { createHash } from 'node:crypto'
const digest = () => createHash('sha256').update('x').digest('hex')
export function unique() {
  for (let i = 0; i < ${times}; i++) digest()
  return { from: import.meta.url, path: import.meta.dirname, long: 'x'.repeat(1000) }
}
`
  const hash = commit({ 'engine.mjs': naming(3), 'tasks.mjs': TASKS })
  const same = await gateOf(naming(3).replace('digest =', '/* a comment */ digest ='), {
    base: hash,
    only: ['unique'],
  })
  write({ 'engine.mjs': ENGINE })
  expect(same.verdict, same.headline).toBe('pass')
  const calls = same.benchmarks[0]!.counters.find(({ name }) => name === 'crypto.createHash calls')!
  expect([calls.base, calls.head]).toEqual([3, 3])
})

test('planted: work that grew fails, though its result is another, too', async () => {
  const document = await gateOf(QUADRATIC.replace('.length\n', '.length + 1\n'), { only: ['unique'] })
  expect(outcomes(document)).toEqual({ 'tasks/unique': 'fail' })
  expect(document.verdict).toBe('fail')
})

test('planted: what a task returns is awaited if it can be, a Promise or not', async () => {
  const work = (steps: number): string => `export function work() {
  // As a query builder does: nothing is done before somebody waits for it.
  return { then(done) { let sum = 0; for (let i = 0; i < ${steps}; i++) sum += 1; done(sum > 0) } }
}
`
  const tasks = `${IMPORTS_BENCH}import { work } from './engine.mjs'
export const tasks = { plain: work }
export const bench = new Bench().add('in a bench', work)
`
  const hash = commit({ 'engine.mjs': work(1000), 'tasks.mjs': tasks })
  const document = await gateOf(work(2000), { base: hash })
  write({ 'engine.mjs': ENGINE, 'tasks.mjs': TASKS })
  expect(outcomes(document)).toEqual({ 'tasks/plain': 'fail', 'tasks/in a bench': 'fail' })
})

test('a task of a Bench: its function alone is counted, its hooks are not', async () => {
  const work = (steps: number): string =>
    `export function work() {\n  let sum = 0\n  for (let i = 0; i < ${steps}; i++) sum += 1\n  return sum > 0\n}\n`
  const tasks = `${IMPORTS_BENCH}import { work } from './engine.mjs'
const prepare = () => { for (let i = 0; i < 50_000; i++) state.push(i); state.length = 0 }
const state = []
let calls = ''
export const bench = new Bench({ setup: () => { calls += 's' } })
  .add('hooked', () => { if (calls[1] !== 'A') throw new Error(calls); return work() }, {
    beforeAll: () => { calls += 'A' },
    beforeEach: prepare,
  })
  .add('async', async () => { await null; return work() })
`
  const hash = commit({ 'engine.mjs': work(1000), 'tasks.mjs': tasks })
  const document = await gateOf(work(2000), { base: hash })
  write({ 'engine.mjs': ENGINE, 'tasks.mjs': TASKS })
  expect(outcomes(document)).toEqual({ 'tasks/hooked': 'fail', 'tasks/async': 'fail' })
  const blocks = document.benchmarks.map(({ counters }) => counters.find(({ name }) => name === 'blocks')!)
  for (const { ratio } of blocks) expect(ratio).toBeCloseTo(2, 1)
})

test('a Bench of before version 6, which hands its functions out, is counted as well', async () => {
  const work = (name: string, steps: number): string =>
    `export function ${name}() {\n  let sum = 0\n  for (let i = 0; i < ${steps}; i++) sum += 1\n  return sum > 0\n}\n`
  const tasks = `import * as engine from './engine.mjs'
const old = ([name, fn]) => ({ name, fn, opts: {}, result: { hz: 1 } })
export const bench = { add() {}, tasks: Object.entries(engine).map(old) }
`
  const hash = commit({ 'engine.mjs': work('same', 1000) + work('more', 1000), 'tasks.mjs': tasks })
  const document = await gateOf(work('same', 1000) + work('more', 2000), { base: hash })
  write({ 'engine.mjs': ENGINE, 'tasks.mjs': TASKS })
  expect(outcomes(document)).toEqual({ 'tasks/same': 'pass', 'tasks/more': 'fail' })
})

test('a benchmark of more than twenty million blocks: its control is a run more, and is found', async () => {
  const work = `export function unique() {\n  let sum = 0\n  for (let i = 0; i < 20_500_000; i++) sum += 1\n  return sum\n}\n`
  const hash = commit({
    'engine.mjs': work,
    'tasks.mjs': TASKS.replace(/export const bench.*\n/, ''),
  })
  const document = await gateOf(work, { base: hash, only: ['unique'] })
  write({ 'engine.mjs': ENGINE, 'tasks.mjs': TASKS })
  expect(document.verdict, document.headline).toBe('pass')
}, 60_000)

test('planted: what is kept for ever fails by memory left behind', async () => {
  const document = await gateOf(
    ENGINE.replace('return seen.size', 'kept.push(new Float64Array(100_000)); return seen.size') +
      'const kept = []\n',
    { only: ['unique'] },
  )
  expect(document.benchmarks[0]!.counters.filter(({ grown }) => grown).map(({ name }) => name)).toContain(
    'retained',
  )
})

test('planted: a result that is remembered, or is another each time, is no work: refused', async () => {
  const tasks = `${IMPORTS_BENCH}import { lies, remembers } from './engine.mjs'
const items = Array.from({ length: 500 }, (_, i) => i % 400)
export const tasks = { remembers: () => remembers(items), lies: () => lies(items) }
export const bench = new Bench().add('in a bench', () => { remembers(items); lies(items) })
`
  const engine = (remembers: string, lies: string): string => `${ENGINE}let kept = 0
let calls = 0
export const remembers = (items) => ${remembers}
export const lies = (items) => ${lies}
`
  const hash = commit({ 'engine.mjs': engine('unique(items)', 'unique(items)'), 'tasks.mjs': tasks })
  const head = engine('kept ||= unique(items)', 'unique(items) + calls++')
  const document = await gateOf(head, { base: hash, only: ['remembers', 'lies'] })
  write({ 'engine.mjs': ENGINE, 'tasks.mjs': TASKS })
  expect(document.verdict).toBe('unmeasured')
  // tinybench has called each function once when the file was loaded: even the first run finds the result.
  expect(Object.fromEntries(document.benchmarks.map(({ id, outcome, why }) => [id, [outcome, why]]))).toEqual(
    {
      'tasks/remembers': [
        'refused',
        expect.stringContaining('it hands back a result kept or made elsewhere'),
      ],
      'tasks/lies': ['refused', expect.stringContaining('it returned 401 first, and 402 later')],
    },
  )
})

test('planted: a control whose copy does no more work is not found, and nothing passes', async () => {
  const document = await gateOf(ENGINE, { only: ['tidy'], sabotage: { runs: 10 } })
  expect(document.verdict).toBe('unmeasured')
  expect(document.headline).toMatch(/^could not measure: control on tasks\/tidy: .*not found$/)
})

test("a benchmark whose own code changed puts head's question to base's engine, and says so", async () => {
  write({
    'tasks.mjs': TASKS.replace('tidy: () => items.length', 'twice: () => unique(items) + unique(items)'),
  })
  const document = await gateOf(ENGINE, { only: ['twice'] })
  write({ 'tasks.mjs': TASKS })
  expect(document.verdict, document.headline).toBe('pass')
  expect(document.benchmarks[0]).toMatchObject({ outcome: 'pass', laidOver: ['tasks.mjs'] })
  expect(document.benchmarks[0]!.counters[0]).toMatchObject({ ratio: 1 })
})

test("where base's engine has not what head's benchmark asks, it is reported as changed, and nothing was compared", async () => {
  write({
    'tasks.mjs': TASKS.replaceAll('{ unique }', '{ unique, more }').replace(
      'tidy: () => items.length',
      'more: () => more(items)',
    ),
  })
  const document = await gateOf(`${ENGINE}export const more = (items) => items.map((i) => i * 2).length\n`, {
    only: ['more'],
  })
  write({ 'tasks.mjs': TASKS })
  expect(document.benchmarks[0]).toMatchObject({ outcome: 'changed' })
  expect(document.benchmarks[0]!.why).toContain("base cannot be asked head's question")
  expect(document.verdict).toBe('unmeasured')
})

test('a task that counts its own work is compared to half a per cent', async () => {
  const counted = (few: number, many: number): string => `${ENGINE}let steps = 0
export function few(items) { steps += ${few}; return unique(items) }
export function many(items) { steps += ${many}; return unique(items) }
export const counters = () => ({ steps })
`
  const tasks = `import { few, many } from './engine.mjs'
const items = Array.from({ length: 500 }, (_, i) => i % 400)
export const tasks = { few: () => few(items), many: () => many(items) }
export { counters } from './engine.mjs'
`
  const hash = commit({ 'engine.mjs': counted(1000, 1000), 'tasks.mjs': tasks })
  const document = await gateOf(counted(1004, 1006), { base: hash })
  write({ 'engine.mjs': ENGINE, 'tasks.mjs': TASKS })
  expect(outcomes(document)).toEqual({ 'tasks/few': 'pass', 'tasks/many': 'fail' })
  const steps = document.benchmarks.map(({ id, counters }) => [
    id,
    counters.find(({ name }) => name === 'steps'),
  ])
  expect(Object.fromEntries(steps)).toMatchObject({
    'tasks/few': { base: 1000, head: 1004, grown: false },
    'tasks/many': { base: 1000, head: 1006, grown: true },
  })
})

test('a call into Node that is made twice is work, though no block of JavaScript tells', async () => {
  const signed = (times: number): string =>
    `import { createHmac } from 'node:crypto'
const sign = () => createHmac('sha256', 'key').update('text').digest('hex')
export const unique = () => ${Array.from({ length: times }, () => 'sign()').join(' && ')}
`
  const hash = commit({ 'engine.mjs': signed(40), 'tasks.mjs': TASKS })
  const document = await gateOf(signed(41), { base: hash, only: ['unique'] })
  write({ 'engine.mjs': ENGINE })
  expect(document.verdict, document.headline).toBe('fail')
  expect(document.headline).toContain('crypto.createHmac calls grew from 40 to 41')
})

test('what else changed is said: lock files, the wanted Node', async () => {
  write({ 'yarn.lock': '# another\n', '.nvmrc': '26\n' })
  const { changes } = await gateOf(ENGINE, { only: ['tidy'] })
  for (const name of ['yarn.lock', '.nvmrc']) rmSync(join(fixture.repository.folder, name))
  expect(changes).toEqual([
    expect.stringContaining('yarn.lock changed'),
    expect.stringContaining('.nvmrc changed; both sides run on Node'),
  ])
})
