/** What `flowbench init` starts from, and what it writes, for every sim. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { sims } from '../sims/index.ts'
import { scenarios } from './catalog.ts'
import { commandLine } from './command-line.ts'
import { readScenarios } from './scenarios.ts'
import { inScenario } from './testing/documented.ts'

const folder = mkdtempSync(join(tmpdir(), 'flowbench-init-'))
beforeAll(() => void vi.spyOn(console, 'log').mockImplementation(() => {}))
afterAll(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})

const names = [...sims.keys()]

describe('every sim', () => {
  it.each(names)('%s names a scenario to start from, which is there and is its own', (name) => {
    const starter = sims.get(name)!.starter
    expect(starter).toBeDefined()
    expect(scenarios().find((one) => one.name === starter)?.sim).toBe(name)
  })

  it.each(names)('%s: the copy checks, and no line of it means another file', async (name) => {
    const file = join(folder, `my-${name}.yaml`)
    await (await commandLine(['init', name, file])).parseAsync()
    const [scenario] = readScenarios([file], { set: [] })
    expect([scenario!.name, scenario!.sim.name]).toEqual([`my-${name}`, name])

    const text = readFileSync(file, 'utf8')
    const [schema, ...others] = text.match(/[\w./-]+\.(?:ya?ml|json)\b/g) ?? []
    expect(existsSync(resolve(dirname(file), schema!))).toBe(true)
    expect(others.filter((other) => other !== file)).toEqual([])
    // A scenario of the lab is also named by its suite.
    const commands = inScenario(file, text).filter((one) => one.text.startsWith('flowbench '))
    expect(commands.length).toBeGreaterThan(0)
    expect(commands.filter((one) => !one.text.split(' ').includes(file))).toEqual([])
  })
})
