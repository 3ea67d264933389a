import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BadRequest } from './harness/errors.ts'
import { benchNames, runBench } from './registry.ts'

test('names every file of rows, and nothing else', () => {
  const files = readdirSync(join(import.meta.dirname, 'rows')).filter((name) => /^[a-z-]+\.ts$/.test(name))
  expect([...benchNames].toSorted()).toEqual(files.map((name) => name.replace('.ts', '')).toSorted())
})

test('a name that is none', async () => {
  await expect(runBench('nothing')).rejects.toThrow(BadRequest)
})
