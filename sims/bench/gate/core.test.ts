import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { allowedCores, coresIn, openPin } from './core.ts'

test('a list of cores as Linux writes it', () => {
  expect(coresIn('0')).toEqual([0])
  expect(coresIn('0-2,5,8-9')).toEqual([0, 1, 2, 5, 8, 9])
})

test.runIf(process.platform === 'linux')('a process is kept on each core that there is', () => {
  const pin = openPin()
  expect(pin).not.toBeNull()
  const child = spawn('sleep', ['60'])
  try {
    for (const core of allowedCores()) {
      pin!(child.pid!, core)
      expect(readFileSync(`/proc/${child.pid}/status`, 'utf8')).toMatch(
        new RegExp(`^Cpus_allowed_list:\\s${core}$`, 'm'),
      )
    }
  } finally {
    child.kill('SIGKILL')
  }
  expect(allowedCores().length).toBeGreaterThan(0)
})
