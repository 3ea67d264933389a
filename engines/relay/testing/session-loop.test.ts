import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

test('the session loop keeps its own account: every session one flow, at its pod, and gone at the end', () => {
  const script = fileURLToPath(new URL('session-loop.ts', import.meta.url))
  const printed = execFileSync(process.execPath, [script, '64000', '446', '60'], { encoding: 'utf8' })
  expect(printed).toMatch(/^[\d.]+ M sessions per core-second \(64000 sessions in .*, peak \d+ flows/)
})
