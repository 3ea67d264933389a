import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
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
