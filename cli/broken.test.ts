import { relative } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { brokenCases } from '../sims/testing/broken/cases.ts'
import { commandLine } from './command-line.ts'
import { exitCodeOf, explain } from './exit.ts'
import { flowbench, ROOT, type Finished } from './testing/flowbench.ts'

/** What `main.ts` makes of these arguments, in this process: a start of the command line takes a second. */
async function told(args: readonly string[]): Promise<Finished> {
  let stdout = ''
  let stderr = ''
  vi.spyOn(console, 'log').mockImplementation((line) => void (stdout += `${line}\n`))
  vi.spyOn(process.stdout, 'write').mockImplementation((part) => (stdout += part) !== '')
  vi.spyOn(process.stderr, 'write').mockImplementation((part) => (stderr += part) !== '')
  try {
    await (await commandLine(args)).parseAsync()
    return { code: 0, stdout, stderr }
  } catch (error) {
    return { code: exitCodeOf(error), stdout, stderr: stderr + explain(error) }
  }
}

afterEach(() => void vi.restoreAllMocks())

describe('every broken scenario (invariant 11)', () => {
  const cases = brokenCases()

  it('is one of at least forty', () => expect(cases.length).toBeGreaterThanOrEqual(40))

  it.each(cases)('$name: exits 2, says what is wrong and where, and runs nothing', async (broken) => {
    const file = relative(ROOT, broken.path)
    const { code, stdout, stderr } = await told(['run', file, ...broken.args])
    expect(stderr.trimEnd().split('\n')).toEqual(
      broken.expected.map((line) => line.replace(/^FILE/, () => file)),
    )
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })

  it('is told the same by a process of its own', async () => {
    const [broken] = cases
    const args = ['run', relative(ROOT, broken!.path), ...broken!.args]
    expect(await flowbench(args)).toEqual(await told(args))
  })
})
