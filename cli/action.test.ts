/**
 * The GitHub Action, run as a runner would: its steps in their order, inputs with their defaults, the runner's files, a
 * checkout of one commit whose base has to be fetched. Only the installation is stood in for.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { newRepository, type Repository } from '../sims/bench/testing/repository.ts'
import { ROOT } from './testing/flowbench.ts'

interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>
  readonly outputs: Readonly<Record<string, { readonly value: string }>>
  readonly runs: {
    readonly using: string
    readonly steps: readonly {
      readonly id?: string
      readonly shell: string
      readonly run: string
      readonly env?: Readonly<Record<string, string>>
      readonly 'working-directory'?: string
    }[]
  }
}

const ACTION = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8')) as Action

const room = mkdtempSync(join(tmpdir(), 'flowbench-action-'))
let origin: Repository
let base: string

const engine = (steps: number): string =>
  `export function walk() {\n  let sum = 0\n  for (let i = 0; i < ${steps}; i++) sum += 1\n  return sum > 0\n}\n`

beforeAll(() => {
  origin = newRepository()
  // As GitHub's does, this one gives any commit by its hash.
  execFileSync('git', ['config', 'uploadpack.allowAnySHA1InWant', 'true'], { cwd: origin.folder })
  base = origin.commit({
    'tasks.mjs': `import { walk } from './engine.mjs'\nexport const tasks = { walk }\n`,
    'engine.mjs': engine(100),
  })
  origin.commit({ 'engine.mjs': engine(1000) })
})
afterAll(() => {
  origin.remove()
  rmSync(room, { recursive: true, force: true })
})

interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly summary: string
  readonly output: string
  /** What the stand-in for npm was asked, and where. */
  readonly npm: string
}

/** Every step until one fails, in a checkout of the newest commit alone: after `before`, and of a pull request by `pulled`. */
function act(
  inputs: Readonly<Record<string, string>>,
  before = '',
  { from = origin, pulled = '' }: { readonly from?: Repository; readonly pulled?: string } = {},
): Ran {
  const folder = mkdtempSync(join(room, 'run-'))
  const workspace = join(folder, 'workspace')
  execFileSync('git', ['clone', '--quiet', '--depth=1', `file://${from.folder}`, workspace])
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'npm'), `#!/bin/sh\necho "$PWD: $*" >> "${folder}/npm"\n`)
  chmodSync(join(bin, 'npm'), 0o755)
  // The action's own folder is another than the workspace, as it is on a runner.
  const action = join(folder, 'action')
  symlinkSync(ROOT, action, 'dir')
  const files = { GITHUB_STEP_SUMMARY: 'summary', GITHUB_OUTPUT: 'output', npm: 'npm' }
  for (const name of Object.values(files)) writeFileSync(join(folder, name), '')
  const given = (name: string): string => inputs[name] ?? ACTION.inputs[name]!.default ?? ''
  /** An expression that these steps use; any other is none that this test knows, and fails. */
  const valueOf = (text: string): string =>
    text.replaceAll(/\$\{\{\s*(.*?)\s*\}\}/g, (_, expression: string) => {
      if (expression === 'github.action_path') return action
      if (expression === 'github.event.pull_request.base.sha || github.event.before') return before
      if (expression === 'github.event.pull_request.head.sha') return pulled
      const input = /^inputs\.([\w-]+)$/.exec(expression)
      if (input === null) throw new Error(`an expression that no runner was asked yet: ${expression}`)
      return valueOf(given(input[1]!))
    })
  let ran = { code: 0 as number | null, stdout: '', stderr: '' }
  for (const step of ACTION.runs.steps) {
    expect(step.shell).toBe('bash')
    const script = join(folder, 'step.sh')
    writeFileSync(script, valueOf(step.run))
    const { status, stdout, stderr } = spawnSync(
      'bash',
      ['--noprofile', '--norc', '-e', '-o', 'pipefail', script],
      {
        cwd: valueOf(step['working-directory'] ?? workspace),
        encoding: 'utf8',
        env: {
          PATH: `${bin}:${process.env['PATH']}`,
          HOME: folder,
          RUNNER_TEMP: folder,
          GITHUB_ACTIONS: 'true',
          GITHUB_STEP_SUMMARY: join(folder, files.GITHUB_STEP_SUMMARY),
          GITHUB_OUTPUT: join(folder, files.GITHUB_OUTPUT),
          ...Object.fromEntries(Object.entries(step.env ?? {}).map(([name, text]) => [name, valueOf(text)])),
        },
      },
    )
    ran = { code: status, stdout: ran.stdout + stdout, stderr: ran.stderr + stderr }
    if (status !== 0) break
  }
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
  return { ...ran, summary: read('summary'), output: read('output'), npm: read('npm') }
}

test('what it declares is what it uses: every input, and the verdict as output', () => {
  expect(ACTION.runs.using).toBe('composite')
  const used = JSON.stringify(ACTION.runs.steps)
  for (const name of Object.keys(ACTION.inputs)) expect(used).toContain(`inputs.${name}`)
  expect(ACTION.outputs['verdict']!.value).toBe("${{ steps.gate.outputs.verdict || 'unmeasured' }}")
  expect(ACTION.runs.steps.some(({ id }) => id === 'gate')).toBe(true)
  // Nothing from outside is part of a script: it comes by the environment.
  for (const { run } of ACTION.runs.steps) expect(run).not.toContain('${{')
})

test('slower work in a shallow clone: the base is fetched, the step fails, the summary says why, the output is the verdict', () => {
  const { code, stdout, stderr, summary, output, npm } = act({ bench: 'tasks.mjs', budget: '2m' }, base)
  expect(code, stderr).toBe(99)
  expect(npm).toBe(`${realpathSync(ROOT)}: ci --include=dev --no-audit --no-fund\n`)
  expect(output).toBe('verdict=fail\n')
  expect(stdout).toMatch(/^tasks\/walk: blocks grew from \d+ to \d+/)
  expect(stderr.split('\n').filter((line) => line.startsWith('::'))).toEqual([
    expect.stringMatching(/^::error title=Speed gate%3A fail::tasks\/walk: blocks grew/),
  ])
  expect(summary).toMatch(/^## .* Speed gate: fail\n/)
  expect(summary.trim().split('\n').at(-1)).toContain('flowbench gate --base')
})

test('planted: a branch to compare with, which a checkout of one commit does not know by that name', () => {
  execFileSync('git', ['branch', '--force', 'stable', base], { cwd: origin.folder })
  const { code, stderr, summary } = act({ bench: 'tasks.mjs', budget: '2m', base: 'stable' })
  expect(code, stderr).toBe(99)
  expect(summary).toContain(`Against ${base}`)
})

test.each([
  ['', 'this event names no commit to compare with'],
  ['0'.repeat(40), 'this event names no commit to compare with'],
])('without a base, as for a new branch, nothing is measured and it says so: %j', (event, message) => {
  const { code, stdout, output } = act({ bench: 'tasks.mjs' }, event)
  expect([code, output]).toEqual([3, 'verdict=unmeasured\n'])
  expect(stdout).toContain(`::error title=Speed gate::${message}`)
})

test('without anything to measure it names the inputs that are missing, and gates nothing of its own', () => {
  const { code, stdout, output, summary } = act({}, base)
  expect([code, output, summary]).toEqual([2, 'verdict=unmeasured\n', ''])
  expect(stdout).toMatch(
    /^::error title=Speed gate::there is nothing to measure; give the input bench .* or command /,
  )
})

test('a pull request is compared with what it is merged into, which may be newer than the event says', () => {
  const from = newRepository()
  const git = (...args: string[]): void =>
    void execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@localhost', ...args], {
      cwd: from.folder,
      stdio: 'ignore',
    })
  try {
    git('config', 'uploadpack.allowAnySHA1InWant', 'true')
    const before = from.commit({
      'tasks.mjs': `import { walk } from './engine.mjs'\nimport { walk as other } from './other.mjs'\nexport const tasks = { walk: () => walk() && other() }\n`,
      'engine.mjs': engine(100),
      'other.mjs': engine(100),
    })
    git('switch', '--create', 'pull')
    const pulled = from.commit({ 'engine.mjs': engine(1000) })
    git('switch', '-')
    const newer = from.commit({ 'other.mjs': engine(200) })
    git('merge', '--no-ff', '--no-edit', 'pull')
    const { code, stderr, summary } = act({ bench: 'tasks.mjs', budget: '2m' }, before, { from, pulled })
    expect(code, stderr).toBe(99)
    expect(summary).toContain(`Against ${newer}`)
  } finally {
    from.remove()
  }
})

test('a base that cannot be fetched is unmeasured, and named', () => {
  const { code, stdout, output } = act({ bench: 'tasks.mjs' }, 'c0ffee00'.repeat(5))
  expect([code, output]).toEqual([3, 'verdict=unmeasured\n'])
  expect(stdout).toMatch(
    /^::error title=Speed gate::the commit to compare with could not be fetched: c0ffee00/m,
  )
})

test('what cannot be asked for is unmeasured, not a pass', () => {
  const { code, stderr, output } = act({ bench: 'nothing.mjs' }, base)
  expect([code, output], stderr).toEqual([2, 'verdict=unmeasured\n'])
  expect(stderr).toContain('nothing.mjs does not exist')
  expect(stderr).not.toContain('SyntaxError')
})
