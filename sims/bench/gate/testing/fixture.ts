/** A repository of an engine and of tasks that use it, and the gate of what a test makes of them. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import { newRepository, type Repository } from '../../testing/repository.ts'
import { gateDocument, type GateDocument, type Outcome } from '../document.ts'
import type { GateOptions } from '../gate.ts'
import { askGate } from './ask-gate.ts'

export const ENGINE = `export function unique(items) {
  const seen = new Set()
  for (const item of items) seen.add(item)
  return seen.size
}
`

/** Does the same in more steps. */
export const QUADRATIC = `export function unique(items) {
  return items.filter(function isFirst(item, i) {
    for (let j = 0; j < i; j++) if (items[j] === item) return false
    return true
  }).length
}
`

export const IMPORTS_BENCH = `import { Bench } from ${JSON.stringify(import.meta.resolve('tinybench'))}\n`

export const TASKS = `${IMPORTS_BENCH}import { unique } from './engine.mjs'
const items = Array.from({ length: 500 }, (_, i) => i % 400)
export const tasks = { unique: () => unique(items), tidy: () => items.length }
export const bench = new Bench().add('in a bench', () => { unique(items) })
`

export interface Fixture {
  readonly repository: Repository
  /**
   * With this engine in the working tree, against the first commit. Counts only: what a clock says is proved by the soak,
   * not here.
   */
  readonly gateOf: (engine: string, options?: Partial<GateOptions>) => Promise<GateDocument>
  /** A file of what is let through, by the name of that benchmark. */
  readonly accept: (kinds: string) => string
}

/** One for all tests of a file, which calls this before it adds hooks of its own. */
export function fixtureOfFile(): Fixture {
  let temporary: string
  let repository: Repository
  let base: string
  beforeAll(() => {
    temporary = mkdtempSync(join(tmpdir(), 'flowbench-'))
    process.env['TMPDIR'] = temporary
    repository = newRepository()
    base = repository.commit({ 'engine.mjs': ENGINE, 'tasks.mjs': TASKS })
  })
  afterAll(() => {
    repository.remove()
    rmSync(temporary, { recursive: true, force: true })
  })
  return {
    get repository() {
      return repository
    },
    gateOf: async (engine, options = {}) => {
      repository.write({ 'engine.mjs': engine })
      const { folder } = repository
      const from = { file: join(folder, 'tasks.mjs') }
      const document = await askGate({ base, from, folder, countsOnly: true, ...options })
      // It is what the schema says, and nothing is left behind.
      expect(gateDocument.parse(document)).toEqual(document)
      expect(repository.worktrees()).toHaveLength(1)
      expect(readdirSync(temporary).filter((name) => name.includes('gate'))).toEqual([])
      return document
    },
    accept: (kinds) => {
      const file = join(temporary, 'accept.yaml')
      writeFileSync(file, `accept:\n  - ${acceptance(kinds)}\n`)
      return file
    },
  }
}

/** What lets `tasks/unique` through. */
export const acceptance = (kinds: string): string =>
  `{ benchmark: tasks/unique, of: [${kinds}], reason: it is on purpose, until: 2027-01-31 }`

export const outcomes = ({ benchmarks }: GateDocument): Readonly<Record<string, Outcome>> =>
  Object.fromEntries(benchmarks.map(({ id, outcome }) => [id, outcome]))
