import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newRepository, type Repository } from '../testing/repository.ts'
import { gateDocument, type GateDocument } from './document.ts'
import { runGate, type GateOptions } from './gate.ts'

const ENGINE = `export function unique(items) {
  const seen = new Set()
  for (const item of items) seen.add(item)
  return seen.size
}
`
const TASKS = `import { Bench } from ${JSON.stringify(import.meta.resolve('tinybench'))}
import { unique } from './engine.mjs'
const items = Array.from({ length: 500 }, (_, i) => i % 400)
export const tasks = { unique: () => unique(items), tidy: () => items.length }
export const bench = new Bench().add('in a bench', () => { unique(items) })
`

let repository: Repository
let base: string
const temporary = mkdtempSync(join(tmpdir(), 'flowbench-'))

beforeAll(() => {
  process.env['TMPDIR'] = temporary
  repository = newRepository()
  base = repository.commit({ 'engine.mjs': ENGINE, 'tasks.mjs': TASKS })
})
afterAll(() => {
  repository.remove()
  rmSync(temporary, { recursive: true, force: true })
})

/** Counts only: what a clock says is proved by the soak, not here. */
async function gateOf(engine: string, options: Partial<GateOptions> = {}): Promise<GateDocument> {
  repository.write({ 'engine.mjs': engine })
  const document = await runGate({
    base,
    from: { file: join(repository.folder, 'tasks.mjs') },
    folder: repository.folder,
    countsOnly: true,
    signal: new AbortController().signal,
    onProgress: () => {},
    repeat: 'again',
    today: '2026-12-01',
    errorRates: null,
    ...options,
  })
  // It is what the schema says, and nothing is left behind.
  expect(gateDocument.parse(document)).toEqual(document)
  expect(repository.worktrees()).toHaveLength(1)
  expect(readdirSync(temporary).filter((name) => name.includes('gate'))).toEqual([])
  return document
}

const outcomes = ({ benchmarks }: GateDocument) =>
  Object.fromEntries(benchmarks.map(({ id, outcome }) => [id, outcome]))

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

const QUADRATIC = `export function unique(items) {
  return items.filter(function isFirst(item, i) {
    for (let j = 0; j < i; j++) if (items[j] === item) return false
    return true
  }).length
}
`

test('a task that head no longer has is named, and holds nothing up', async () => {
  const hash = repository.commit({
    'engine.mjs': ENGINE,
    'tasks.mjs': TASKS.replace('tidy:', 'slow: () => unique(items), tidy:'),
  })
  repository.write({ 'tasks.mjs': TASKS })
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
    repository.write({ 'tasks.mjs': `${tasks}export const counters = () => (${counters})\n` })
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
    repository.write({ 'tasks.mjs': TASKS })
  }
})

const accept = (of: string): string => {
  const file = join(temporary, 'accept.yaml')
  writeFileSync(
    file,
    `accept:\n  - benchmark: tasks/unique\n    of: [${of}]\n    reason: it is on purpose\n    until: 2027-01-31\n`,
  )
  return file
}

test('what is let through is let through kind by kind: accepted work is still to be timed', async () => {
  const accepted = await gateOf(QUADRATIC, { only: ['unique'], accept: accept('work') })
  expect(accepted.benchmarks[0]).toMatchObject({ outcome: 'accepted', accepted: { until: '2027-01-31' } })
  expect(accepted.benchmarks[0]!.why).toMatch(/^blocks grew .*; not timed$/)
  expect(outcomes(await gateOf(QUADRATIC, { only: ['unique'], accept: accept('time, memory') }))).toEqual({
    'tasks/unique': 'fail',
  })
  // Planted: its time was accepted by nobody, and no time is left to look at it.
  let counting = 0
  const untimed = await gateOf(QUADRATIC, {
    only: ['unique'],
    accept: accept('work'),
    countsOnly: false,
    budget: 3,
    onProgress: (text) => {
      // As long as the budget is, once the counts are there.
      if (text.startsWith('control')) while (performance.now() < counting + 3500);
      counting = performance.now()
    },
  })
  expect([untimed.verdict, untimed.notMeasured.map(({ id }) => id)]).toEqual(['unmeasured', ['tasks/unique']])
}, 30_000)

test('planted: a wrong result is refused, unless it is let through by name', async () => {
  const wrong = ENGINE.replace('return seen.size', 'return seen.size + 1')
  const document = await gateOf(wrong, { only: ['unique'] })
  expect([document.verdict, outcomes(document)]).toEqual(['unmeasured', { 'tasks/unique': 'refused' }])
  expect(document.headline).toContain('its result is 401, at base 400')
  expect((await gateOf(wrong, { only: ['unique'], accept: accept('result') })).verdict).toBe('pass')
})

test('planted: a wrong result within an object is one; the order of keys, or a time of day, is none', async () => {
  const returning = (what: string): string => ENGINE.replace('return seen.size', `return ${what}`)
  const hash = repository.commit({ 'engine.mjs': returning('{ a: [seen.size], b: 1n }'), 'tasks.mjs': TASKS })
  const gateWith = async (what: string) => {
    const document = await gateOf(returning(what), { base: hash, only: ['unique', 'in a bench'] })
    return document.verdict
  }
  expect(await gateWith('{ a: [seen.size + 1], b: 1n }')).toBe('unmeasured')
  expect(await gateWith('{ b: 1n, a: [seen.size] }')).toBe('pass')
  expect(await gateWith('{ a: [performance.timeOrigin], b: 1n }')).toBe('pass')
  repository.write({ 'engine.mjs': ENGINE })
})

test('a result that names its own file is none of its side, and what is told of a result is no work', async () => {
  const naming = (times: number): string => `import { createHash } from 'node:crypto'
const digest = () => createHash('sha256').update('x').digest('hex')
export function unique() {
  for (let i = 0; i < ${times}; i++) digest()
  return { from: import.meta.url, path: import.meta.dirname, long: 'x'.repeat(1000) }
}
`
  const hash = repository.commit({ 'engine.mjs': naming(3), 'tasks.mjs': TASKS })
  const same = await gateOf(naming(3).replace('digest =', '/* a comment */ digest ='), {
    base: hash,
    only: ['unique'],
  })
  repository.write({ 'engine.mjs': ENGINE })
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
  const tasks = `import { Bench } from ${JSON.stringify(import.meta.resolve('tinybench'))}
import { work } from './engine.mjs'
export const tasks = { plain: work }
export const bench = new Bench().add('in a bench', work)
`
  const hash = repository.commit({ 'engine.mjs': work(1000), 'tasks.mjs': tasks })
  const document = await gateOf(work(2000), { base: hash })
  repository.write({ 'engine.mjs': ENGINE, 'tasks.mjs': TASKS })
  expect(outcomes(document)).toEqual({ 'tasks/plain': 'fail', 'tasks/in a bench': 'fail' })
})

test('a task of a Bench: its function alone is counted, its hooks are not', async () => {
  const work = (steps: number): string =>
    `export function work() {\n  let sum = 0\n  for (let i = 0; i < ${steps}; i++) sum += 1\n  return sum > 0\n}\n`
  const tasks = `import { Bench } from ${JSON.stringify(import.meta.resolve('tinybench'))}
import { work } from './engine.mjs'
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
  const hash = repository.commit({ 'engine.mjs': work(1000), 'tasks.mjs': tasks })
  const document = await gateOf(work(2000), { base: hash })
  repository.write({ 'engine.mjs': ENGINE, 'tasks.mjs': TASKS })
  expect(outcomes(document)).toEqual({ 'tasks/hooked': 'fail', 'tasks/async': 'fail' })
  const blocks = document.benchmarks.map(({ counters }) => counters.find(({ name }) => name === 'blocks')!)
  for (const { ratio } of blocks) expect(ratio).toBeCloseTo(2, 1)
})

test('a Bench of before version 6, which hands its function out, is counted as well', async () => {
  const work = (steps: number): string =>
    `export function work() {\n  let sum = 0\n  for (let i = 0; i < ${steps}; i++) sum += 1\n  return sum > 0\n}\n`
  const tasks = `import { work } from './engine.mjs'
export const bench = { add() {}, tasks: [{ name: 'old', fn: work, opts: {}, result: { hz: 1 } }] }
`
  const hash = repository.commit({ 'engine.mjs': work(1000), 'tasks.mjs': tasks })
  const same = await gateOf(work(1000), { base: hash })
  const more = await gateOf(work(2000), { base: hash })
  repository.write({ 'engine.mjs': ENGINE, 'tasks.mjs': TASKS })
  expect([same.verdict, more.verdict]).toEqual(['pass', 'fail'])
})

test('a benchmark of more than twenty million blocks: its control is a run more, and is found', async () => {
  const work = `export function unique() {\n  let sum = 0\n  for (let i = 0; i < 20_500_000; i++) sum += 1\n  return sum\n}\n`
  const hash = repository.commit({
    'engine.mjs': work,
    'tasks.mjs': TASKS.replace(/export const bench.*\n/, ''),
  })
  const document = await gateOf(work, { base: hash, only: ['unique'] })
  repository.write({ 'engine.mjs': ENGINE, 'tasks.mjs': TASKS })
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
  const remembers = await gateOf(
    ENGINE.replace('const seen', 'if (kept) return kept\n  const seen').replace(
      'return seen.size',
      'return (kept = seen.size)',
    ) + 'let kept = 0\n',
    { only: ['unique'] },
  )
  expect(remembers.verdict).toBe('unmeasured')
  // tinybench has called the function once when the file was loaded: even the first run finds the result.
  expect(remembers.headline).toContain('it hands back a result kept or made elsewhere')
  const lies = await gateOf(
    ENGINE.replace('return seen.size', 'return seen.size + calls++') + 'let calls = 0\n',
    {
      only: ['unique'],
    },
  )
  expect(lies.verdict).toBe('unmeasured')
  expect(lies.headline).toContain('it returned 401 first, and 402 later')
})

test('planted: a control whose copy does no more work is not found, and nothing passes', async () => {
  const document = await gateOf(ENGINE, { only: ['tidy'], sabotage: { runs: 10 } })
  expect(document.verdict).toBe('unmeasured')
  expect(document.headline).toMatch(/^could not measure: control on tasks\/tidy: .*not found$/)
})

test("a benchmark whose own code changed puts head's question to base's engine, and says so", async () => {
  repository.write({
    'tasks.mjs': TASKS.replace('tidy: () => items.length', 'twice: () => unique(items) + unique(items)'),
  })
  const document = await gateOf(ENGINE, { only: ['twice'] })
  repository.write({ 'tasks.mjs': TASKS })
  expect(document.verdict, document.headline).toBe('pass')
  expect(document.benchmarks[0]).toMatchObject({ outcome: 'pass', laidOver: ['tasks.mjs'] })
  expect(document.benchmarks[0]!.counters[0]).toMatchObject({ ratio: 1 })
})

test("where base's engine has not what head's benchmark asks, it is reported as changed, and nothing was compared", async () => {
  repository.write({
    'tasks.mjs': TASKS.replaceAll('{ unique }', '{ unique, more }').replace(
      'tidy: () => items.length',
      'more: () => more(items)',
    ),
  })
  const document = await gateOf(`${ENGINE}export const more = (items) => items.map((i) => i * 2).length\n`, {
    only: ['more'],
  })
  repository.write({ 'tasks.mjs': TASKS })
  expect(document.benchmarks[0]).toMatchObject({ outcome: 'changed' })
  expect(document.benchmarks[0]!.why).toContain("base cannot be asked head's question")
  expect(document.verdict).toBe('unmeasured')
})

test('a task that counts its own work is compared to half a per cent', async () => {
  const counted = (steps: number): string =>
    `${ENGINE.replace('return seen.size', `steps += ${steps}\n  return seen.size`)}let steps = 0\nexport const taken = () => ({ steps })\n`
  const tasks = `${TASKS.replace('{ unique }', '{ unique, taken as counters }')}export { counters }\n`
  const hash = repository.commit({ 'engine.mjs': counted(1000), 'tasks.mjs': tasks })
  const gateAt = async (steps: number) => {
    const { verdict, benchmarks } = await gateOf(counted(steps), { base: hash, only: ['unique'] })
    return [verdict, benchmarks[0]!.counters.find(({ name }) => name === 'steps')]
  }
  expect(await gateAt(1004)).toMatchObject(['pass', { base: 1000, head: 1004, grown: false }])
  expect(await gateAt(1006)).toMatchObject(['fail', { base: 1000, head: 1006, grown: true }])
  repository.write({ 'engine.mjs': ENGINE, 'tasks.mjs': TASKS })
})

test('a call into Node that is made twice is work, though no block of JavaScript tells', async () => {
  const signed = (times: number): string =>
    `import { createHmac } from 'node:crypto'
const sign = () => createHmac('sha256', 'key').update('text').digest('hex')
export const unique = () => ${Array.from({ length: times }, () => 'sign()').join(' && ')}
`
  const hash = repository.commit({ 'engine.mjs': signed(40), 'tasks.mjs': TASKS })
  const document = await gateOf(signed(41), { base: hash, only: ['unique'] })
  repository.write({ 'engine.mjs': ENGINE })
  expect(document.verdict, document.headline).toBe('fail')
  expect(document.headline).toContain('crypto.createHmac calls grew from 40 to 41')
})

test('what else changed is said: lock files, the wanted Node', async () => {
  repository.write({ 'yarn.lock': '# another\n', '.nvmrc': '26\n' })
  const { changes } = await gateOf(ENGINE, { only: ['tidy'] })
  for (const name of ['yarn.lock', '.nvmrc']) rmSync(join(repository.folder, name))
  expect(changes).toEqual([
    expect.stringContaining('yarn.lock changed'),
    expect.stringContaining('.nvmrc changed; both sides run on Node'),
  ])
})

test('a budget that is over names what was not measured, and nothing passes', async () => {
  const document = await gateOf(ENGINE, { budget: 0.001, countsOnly: false })
  expect(document.verdict).toBe('unmeasured')
  expect(new Set(document.notMeasured.map(({ id }) => id))).toEqual(
    new Set(['tasks/unique', 'tasks/tidy', 'tasks/in a bench']),
  )
})

test('a benchmark whose count the budget cuts off is not measured, and says nothing of the others', async () => {
  repository.write({ 'tasks.mjs': TASKS.replace('tidy: () => items.length', 'never: () => { for (;;); }') })
  const document = await gateOf(ENGINE, { only: ['unique', 'never'], budget: 16 })
  repository.write({ 'tasks.mjs': TASKS })
  expect(outcomes(document)).toEqual({ 'tasks/unique': 'pass' })
  expect(document.notMeasured).toEqual([
    { id: 'tasks/never', why: expect.stringMatching(/^time was up: \w+: no answer within/) },
  ])
  expect(document.verdict).not.toBe('fail')
  expect(document.headline).toContain('1 not compared, tasks/never first: time was up')
}, 120_000)

test('controls that the budget cuts off have not failed: nothing was measured', async () => {
  repository.write({ 'tasks.mjs': TASKS.replace('{ unique:', '{ never: () => { for (;;); }, unique:') })
  const base = repository.commit({})
  const document = await gateOf(`${ENGINE}// another\n`, { base, only: ['never'], budget: 3 })
  repository.write({ 'tasks.mjs': TASKS })
  expect(document.controls).toEqual([])
  expect(document.notMeasured).toEqual([
    { id: 'tasks/never', why: expect.stringMatching(/for the controls by tasks\/never$/) },
  ])
  expect(document.verdict).toBe('unmeasured')
}, 120_000)

test('planted: a head that does not end fails as what it is, unless more work is let through: then it is waited for', async () => {
  const never = ENGINE.replace('  const seen', '  while (items.length > 0);\n  const seen')
  const accept = join(temporary, 'accept.yaml')
  // A Bench runs what it is given when it is loaded.
  const hash = repository.commit({
    'tasks.mjs': TASKS.replace(/export const bench.*/, ''),
    'engine.mjs': ENGINE,
  })
  const of = async (entry: string) => {
    writeFileSync(accept, entry)
    const options = { base: hash, only: ['unique'], accept, budget: 30 }
    const { benchmarks, verdict } = await gateOf(never, options)
    return [verdict, benchmarks[0]!.outcome, benchmarks[0]!.why]
  }
  const said = /^head had not ended after \d+(\.\d)? s, base took \d+\.\d s$/
  expect(await of('{}')).toEqual(['fail', 'fail', expect.stringMatching(said)])
  const entry = (kind: string) =>
    `accept:\n  - { benchmark: tasks/unique, of: [${kind}], reason: it is known to wait for its input, until: 2026-12-31 }\n`
  expect(await of(entry('work'))).toEqual(['pass', 'accepted', expect.stringMatching(said)])
  rmSync(accept)
  repository.write({ 'tasks.mjs': TASKS, 'engine.mjs': ENGINE })
}, 300_000)
