import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { isRunning } from '../testing/running.ts'
import { Link } from './link.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowbench-link-'))
  writeFileSync(
    join(folder, 'starts.mjs'),
    `import { spawn } from 'node:child_process'
process.on('message', ({ exits }) => {
  const { pid } = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  process.send({ ok: true, pid }, () => exits && process.exit(0))
})
process.on('disconnect', () => process.exit(0))
`,
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.each(['close', 'kill', 'exit'] as const)(
  '%s: what the work has started ends with it',
  async (end) => {
    const link = new Link<{ exits: boolean }, { ok: true; pid: number }>(
      pathToFileURL(join(folder, 'starts.mjs')),
    )
    const { pid } = await link.ask({ exits: end === 'exit' })
    expect(isRunning(pid)).toBe(true)
    if (end === 'exit') await link.ask({ exits: false }).catch(() => {})
    if (end === 'kill') link.kill()
    await link.close()
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), 20_000)
  },
  60_000,
)

test('a process that is gone is not ended again: its number may be another one by then', async () => {
  const link = new Link<{ exits: boolean }, { ok: true; pid: number }>(
    pathToFileURL(join(folder, 'starts.mjs')),
  )
  await link.ask({ exits: false })
  await link.close()
  const kill = vi.spyOn(process, 'kill')
  link.kill()
  await link.close()
  expect(kill).not.toHaveBeenCalled()
  kill.mockRestore()
})
