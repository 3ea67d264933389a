/**
 * `npm run gate:planted`: patches of a fixture engine, each put to the gate. Twenty make it slower and must be found, ten
 * do not and must not be. `--match TEXT` runs those whose name contains it; `--harmless` or `--regressions` one kind.
 *
 * Work is counted in all benchmarks of the fixture. What only a clock can find is timed in its benchmark and in one that
 * the patch does not touch. A harmless patch is counted in all and timed in two, others for each patch.
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { GateDocument } from '../document.ts'
import { askGate } from './ask-gate.ts'
import { HARMLESS, REGRESSIONS, type Patch } from './patches.ts'

/** The fixture's. */
const BENCHMARKS = [...new Set(REGRESSIONS.map(({ benchmark }) => benchmark))]

const FIXTURES = join(import.meta.dirname, 'fixtures')

const { values } = parseArgs({
  options: {
    match: { type: 'string', default: '' },
    harmless: { type: 'boolean', default: false },
    regressions: { type: 'boolean', default: false },
  },
})

/** The fixture with this patch in its working tree, gated against the fixture without it. */
async function gatePatched(patch: Patch, only: readonly string[] | null): Promise<GateDocument> {
  const folder = mkdtempSync(join(tmpdir(), 'flowbench-planted-'))
  const git = (...args: string[]): void => {
    execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@localhost', ...args], { cwd: folder })
  }
  try {
    git('init', '--quiet')
    for (const file of ['engine.mjs', 'tasks.mjs']) copyFileSync(join(FIXTURES, file), join(folder, file))
    git('add', '--all')
    git('commit', '--quiet', '--message', 'base')
    const { file = 'engine.mjs', find, replace, append = '' } = patch
    const before = find === '' ? '' : readFileSync(join(folder, file), 'utf8')
    if (!before.includes(find)) throw new Error(`${patch.name}: the fixture has no such text`)
    writeFileSync(join(folder, file), before.replace(find, () => replace) + append)
    return await askGate({
      from: { file: join(folder, 'tasks.mjs') },
      folder,
      ...(only && { only }),
      countsOnly: only === null,
      budget: 3600,
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const wanted = ({ name }: Patch): boolean => name.includes(values.match)
const both = values.harmless === values.regressions
let wrong = 0

if (both || values.regressions) {
  let found = 0
  let namedFirst = 0
  const patches = REGRESSIONS.filter(wanted)
  for (const patch of patches) {
    const beside = patch.benchmark === 'batch' ? 'cache' : 'batch'
    const document = await gatePatched(patch, patch.by === 'work' ? null : [patch.benchmark, beside])
    const [first] = document.benchmarks
    const isFound = document.verdict === 'fail'
    const isFirst = isFound && first!.id === `tasks/${patch.benchmark}`
    if (isFound) found++
    if (isFirst) namedFirst++
    console.log(
      `${isFirst ? 'found' : isFound ? 'FOUND ELSEWHERE' : 'MISSED'}: ${patch.name}: ${document.headline}`,
    )
  }
  console.log(
    `regressions: ${found} of ${patches.length} found, ${namedFirst} with the right benchmark first`,
  )
  if (found < patches.length || namedFirst < 0.9 * patches.length) wrong++
}

if (both || values.harmless) {
  let failed = 0
  let undecided = 0
  const patches = HARMLESS.filter(wanted)
  for (const [i, patch] of patches.entries()) {
    const timed = [BENCHMARKS[i % BENCHMARKS.length]!, BENCHMARKS[(i + 3) % BENCHMARKS.length]!]
    const documents = [await gatePatched(patch, null), await gatePatched(patch, timed)]
    const verdicts = documents.map(({ verdict }) => verdict)
    if (verdicts.includes('fail') || verdicts.includes('unmeasured')) failed++
    else if (verdicts.includes('undecided')) undecided++
    const [counted, clocked] = documents as [GateDocument, GateDocument]
    const seconds = clocked.seconds.toFixed(0)
    console.log(
      `${verdicts.join(', ')}: ${patch.name}: ${counted.headline}; ${timed.join(' and ')} timed: ${clocked.headline} (${seconds} s)`,
    )
  }
  console.log(`harmless: ${failed} of ${patches.length} failed, ${undecided} undecided`)
  if (failed > 0 || undecided > 1) wrong++
}
process.exitCode = wrong === 0 ? 0 : 1
