/** Every sim has the same files, so that whoever knows one finds the way in all. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const SIMS = join(import.meta.dirname, '../sims')
const NOT_A_SIM: ReadonlySet<string> = new Set(['lab', 'bench', 'testing'])
const FILES = ['index', 'params', 'model', 'metrics', 'answer', 'charts', 'theory']

const names = readdirSync(SIMS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !NOT_A_SIM.has(entry.name))
  .map(({ name }) => name)

it('there are sims to look at', () => expect(names).toEqual(expect.arrayContaining(['mm-c', 'voice-fleet'])))

it.each(names)('%s has the files of a sim', (name) => {
  expect(FILES.filter((file) => !existsSync(join(SIMS, name, `${file}.ts`)))).toEqual([])
})
