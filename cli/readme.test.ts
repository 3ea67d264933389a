/** What README.md shows can be done: its scenario is valid, its commands and flags exist. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { flowbench, ROOT } from './testing/flowbench.ts'

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'flowbench-readme-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('shows a scenario that checks', async () => {
  const [, yaml] = /^```yaml\n(.*?)^```$/ms.exec(readme)!
  const file = join(folder, 'my-question.yaml')
  writeFileSync(file, yaml!)
  const { code, stdout, stderr } = await flowbench(['check', file])
  expect(stderr).toBe('')
  expect(stdout).toContain('ok (my-question, sim voice-fleet)')
  expect(code).toBe(0)
})

it('lists commands that exist, with flags that they take', async () => {
  const rows = [...readme.matchAll(/^\| (`flowbench .*?) \| (.*) \|$/gm)]
  const named = rows.flatMap(([, commands, does]) => {
    const flags = `${commands} ${does}`.match(/--[a-z]+/g) ?? []
    return [...commands!.matchAll(/`flowbench ([a-z]+)/g)].map(([, name]) => ({ name: name!, flags }))
  })
  expect(named.length).toBeGreaterThanOrEqual(8)
  const { stdout } = await flowbench(['--help'])
  for (const { name } of named) expect(stdout).toContain(`flowbench ${name}`)
  const flagged = named.filter(({ flags }) => flags.length > 0)
  expect(flagged.map(({ name }) => name)).toContain('run')
  for (const { name, flags } of flagged) {
    const help = (await flowbench([name, '--help'])).stdout
    for (const flag of flags) expect(help).toContain(flag)
  }
})
