import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { check, checkTree, forbidden } from './arrow.ts'
import { circles } from './circles.ts'
import { importsOf } from './imports.ts'
import { isVirtual } from './world.ts'

const ROOT = join(import.meta.dirname, '..')

describe('between rooms', () => {
  it.each([
    ['cli/run.ts', 'sims/lab/run/run.ts'],
    ['cli/run.ts', 'sims/index.ts'],
    ['reports/folder/write.ts', 'sims/lab/contract/document.ts'],
    ['sims/index.ts', 'sims/mm-c/index.ts'],
    ['sims/mm-c/model.ts', 'sims/lab/kernel/kernel.ts'],
    ['sims/voice-fleet/model.ts', 'sims/lab/world/geography.ts'],
    ['sims/mm-c/scenario.test.ts', 'sims/lab/run/run.ts'],
    ['sims/voice-fleet/model.ts', 'engines/relay/index.ts'],
    ['sims/webhook-outage/world.ts', 'engines/webhook/core.ts'],
    ['sims/bench/rows/relay.ts', 'engines/relay/testing/index.ts'],
    ['sims/lab/run/run.ts', 'sims/lab/contract/sim.ts'],
    ['sims/lab/contract/sim.ts', 'sims/lab/analysis/interval.ts'],
    ['sims/lab/analysis/bootstrap.ts', 'sims/lab/kernel/random/stream.ts'],
    ['sims/mm-c/index.ts', 'sims/mm-c/live.ts'],
    ['sims/mm-c/live.ts', 'sims/mm-c/params.ts'],
    ['sims/mm-c/live.ts', 'sims/bench/harness/errors.ts'],
    ['engines/sparse-array/grep.ts', 'engines/regex/index.ts'],
    ['engines/relay/index.ts', 'engines/net/stun/header.ts'],
    ['engines/webhook/io/store/files.ts', 'engines/disk/folder.ts'],
    ['engines/sparse-array/index.test.ts', 'engines/disk/folder.ts'],
    ['reports/folder/claim.ts', 'engines/disk/folder.ts'],
    ['sims/bench/profile/clinic.ts', 'engines/disk/folder.ts'],
    ['engines/relay/forwarder/flows.ts', 'engines/relay/hint/keys.ts'],
  ])('lets %s import %s', (from, to) => expect(forbidden({ from, to })).toBeNull())

  it.each([
    // Against the arrow.
    ['engines/relay/index.ts', 'sims/lab/contract/sim.ts'],
    ['sims/lab/run/run.ts', 'reports/folder/write.ts'],
    ['reports/folder/write.ts', 'cli/main.ts'],
    // Inside sims.
    ['sims/lab/kernel/resource.ts', 'sims/lab/contract/sim.ts'],
    ['sims/lab/contract/sim.ts', 'sims/lab/world/geography.ts'],
    ['sims/lab/world/geography.ts', 'sims/lab/contract/sim.ts'],
    ['sims/lab/kernel/resource.ts', 'sims/lab/analysis/little.ts'],
    ['sims/lab/analysis/classify.ts', 'sims/lab/contract/sim.ts'],
    ['sims/lab/contract/sim.ts', 'sims/lab/run/run.ts'],
    ['sims/lab/run/worker.ts', 'sims/index.ts'],
    ['sims/lab/run/run.test.ts', 'sims/mm-c/index.ts'],
    ['sims/lab/run/run.ts', 'engines/relay/index.ts'],
    ['sims/mm-c/model.ts', 'sims/lab/run/run.ts'],
    ['sims/mm-c/model.ts', 'sims/voice-fleet/index.ts'],
    ['sims/mm-c/model.ts', 'sims/index.ts'],
    ['sims/mm-c/model.ts', 'sims/bench/harness/errors.ts'],
    ['sims/mm-c/model.ts', 'sims/voice-fleet/live.ts'],
    ['sims/mm-c/live.ts', 'sims/voice-fleet/model.ts'],
    ['sims/mm-c/live.ts', 'sims/lab/run/run.ts'],
    ['sims/bench/rows/kernel.ts', 'sims/mm-c/live.ts'],
    ['sims/bench/rows/kernel.ts', 'sims/mm-c/index.ts'],
    ['sims/bench/rows/kernel.ts', 'sims/lab/run/run.ts'],
    // Reports look at documents; they run nothing.
    ['reports/page/page.ts', 'sims/lab/run/run.ts'],
    ['reports/page/page.ts', 'sims/mm-c/charts.ts'],
    // Engines.
    ['engines/relay/index.ts', 'engines/regex/index.ts'],
    ['engines/webhook/index.ts', 'engines/sparse-array/index.ts'],
    ['engines/regex/index.ts', 'engines/sparse-array/index.ts'],
    ['engines/net/demux.ts', 'engines/relay/index.ts'],
    ['engines/net/demux.ts', 'engines/disk/folder.ts'],
    ['engines/disk/folder.ts', 'engines/net/address.ts'],
    ['engines/disk/folder.ts', 'engines/webhook/index.ts'],
    ['sims/mm-c/model.ts', 'engines/disk/folder.ts'],
    ['sims/lab/run/pool.ts', 'engines/disk/folder.ts'],
  ])('refuses %s importing %s', (from, to) => expect(forbidden({ from, to })?.rule).toBe('room'))

  it.each([
    ['engines/sparse-array/grep.ts', 'engines/regex/dfa/lazy.ts'],
    ['sims/voice-fleet/model.ts', 'engines/relay/forwarder/flows.ts'],
    ['sims/voice-fleet/model.ts', 'engines/relay/testing/index.ts'],
    ['sims/bench/rows/relay.ts', 'engines/relay/testing/model.ts'],
    ['reports/bench/growth.ts', 'engines/regex/types.ts'],
    ['cli/serve.ts', 'engines/relay/io/socket.ts'],
    ['cli/run.ts', 'sims/mm-c/index.ts'],
  ])('refuses %s entering %s', (from, to) => expect(forbidden({ from, to })?.rule).toBe('door'))

  it('refuses a core the disk, which is the world', () => {
    for (const from of ['engines/webhook/schedule/scheduler.ts', 'engines/sparse-array/array/tree.ts'])
      expect(forbidden({ from, to: 'engines/disk/folder.ts' })?.rule).toBe('world')
  })

  it('sees static, dynamic, type-only, multi-line and worker imports', () => {
    const text = [
      `import { a } from '../b.ts'`,
      `import type { C } from "./c.ts"`,
      `const d = await import('./d.ts')`,
      `new Worker(new URL('./e.ts', import.meta.url))`,
      `export { f } from './f.ts'`,
      `import {`,
      `  g,`,
      `} from './g.ts'`,
    ].join('\n')
    expect(importsOf('sims/x/a.ts', text).map(({ to, line, runs }) => [to, line, runs])).toEqual([
      ['sims/b.ts', 1, true],
      ['sims/x/c.ts', 2, false],
      ['sims/x/d.ts', 3, true],
      ['sims/x/e.ts', 4, false],
      ['sims/x/f.ts', 5, true],
      ['sims/x/g.ts', 8, true],
    ])
  })
})

describe('the world', () => {
  const taken = (file: string, text: string): string[] =>
    check(file, text).flatMap(({ rule, message }) => (rule === 'world' ? [message] : []))

  it.each([
    `import { createSocket } from 'node:dgram'`,
    `import { connect } from 'node:net'`,
    `import { readFileSync } from 'node:fs'`,
    `import { readFile } from 'node:fs/promises'`,
    `import { spawn } from 'node:child_process'`,
    `const http = await import('node:http')`,
    `const fs = require('node:fs')`,
    `const t = Date.now()`,
    `const t = new Date()`,
    `const t = performance.now()`,
    `setTimeout(() => {}, 1)`,
    `const x = Math.random()`,
    `crypto.getRandomValues(bytes)`,
    `import { randomBytes } from 'node:crypto'`,
    `const id = randomUUID()`,
    `const rate = process.env['RATE']`,
    `const t = process.hrtime.bigint()`,
    `console.log(x)`,
    `const x = await import(name)`,
  ])('is not taken by a core or a sim: %s', (line) => {
    expect(taken('engines/relay/forwarder/forwarder.ts', line)).toHaveLength(1)
    expect(taken('sims/mm-c/model.ts', line)).toHaveLength(1)
    expect(taken('sims/lab/kernel/kernel.ts', line)).toHaveLength(1)
    for (const file of [
      'engines/relay/io/socket.ts',
      'engines/relay/testing/fuzz.ts',
      'sims/lab/run/pool.ts',
    ])
      expect(taken(file, line)).toEqual([])
  })

  it('is named with its line; comments may speak of it', () => {
    const text = '// Date.now() is forbidden here\n * process.exit too\nconst t = Date.now()\n'
    expect(check('engines/relay/forwarder/forwarder.ts', text)).toMatchObject([{ line: 3, rule: 'world' }])
  })

  it('may be met in adaptors, runners, benchmarks and tests alone', () => {
    const files = ['engines/a/io/b.ts', 'engines/disk/a.ts', 'sims/lab/run/pool.ts', 'sims/bench/x.ts']
    expect([...files, 'sims/mm-c/a.test.ts'].filter(isVirtual)).toEqual([])
    const virtual = ['engines/a/b.ts', 'engines/net/b.ts', 'sims/mm-c/a.ts', 'sims/lab/contract/a.ts']
    expect(virtual.map(isVirtual)).toEqual([true, true, true, true])
  })

  it('may lend what only computes', () => {
    expect(taken('engines/relay/a.ts', `import { createHmac } from 'node:crypto'`)).toEqual([])
  })
})

describe('circles', () => {
  const circlesIn = (files: Record<string, string>): string[][] => circles(new Map(Object.entries(files)))

  it('are found, those of types too', () => {
    expect(
      circlesIn({
        'cli/a.ts': `import { b } from './b.ts'`,
        'cli/b.ts': `import type { C } from './c.ts'`,
        'cli/c.ts': `export { a } from './a.ts'`,
      }),
    ).toEqual([['cli/a.ts', 'cli/b.ts', 'cli/c.ts', 'cli/a.ts']])
  })

  it('are not seen where two ways lead to one file', () => {
    expect(
      circlesIn({
        'cli/a.ts': `import './b.ts'\nimport './c.ts'`,
        'cli/b.ts': `import './d.ts'`,
        'cli/c.ts': `import './d.ts'`,
        'cli/d.ts': '',
      }),
    ).toEqual([])
  })
})

describe('the tree', () => {
  it('keeps every rule', () => expect(checkTree(ROOT).violations).toEqual([]))
})

describe('the check in the test command', () => {
  let tree: string
  beforeAll(() => {
    tree = mkdtempSync(join(tmpdir(), 'arrow-'))
    for (const room of ['cli', 'reports', 'sims', 'engines', 'tools'])
      cpSync(join(ROOT, room), join(tree, room), { recursive: true })
  })
  afterAll(() => rmSync(tree, { recursive: true }))

  const run = (): { code: number; stderr: string } => {
    try {
      execFileSync(process.execPath, [join(ROOT, 'tools/arrow.ts'), tree], { stdio: 'pipe' })
      return { code: 0, stderr: '' }
    } catch (error) {
      const { status, stderr } = error as { status: number; stderr: Buffer }
      return { code: status, stderr: String(stderr) }
    }
  }

  it.each([
    ['room', 'sims/mm-c/planted.ts', `import '../lab/run/run.ts'`],
    ['door', 'sims/mm-c/planted.ts', `import '../../engines/relay/forwarder/flows.ts'`],
    ['world', 'engines/relay/forwarder/planted.ts', `import { createSocket } from 'node:dgram'`],
    ['world', 'engines/webhook/schedule/planted.ts', `import '../../disk/folder.ts'`],
    ['circle', 'reports/planted.ts', `import './planted.ts'`],
  ])('ends with 1 and names a planted violation of the rule %s', (rule, file, line) => {
    mkdirSync(dirname(join(tree, file)), { recursive: true })
    writeFileSync(join(tree, file), `${line}\n`)
    expect(run()).toMatchObject({ code: 1, stderr: expect.stringContaining(`${file}:1: ${rule}: `) })
    rmSync(join(tree, file))
    expect(run()).toEqual({ code: 0, stderr: '' })
  })
})
