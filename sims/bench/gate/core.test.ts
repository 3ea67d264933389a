import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'
import { openStream } from '../../lab/kernel/random/stream.ts'
import { allowedCores, coresIn, keepTogether, openPin } from './core.ts'

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
      pin!(child.pid!, [core])
      expect(allowedCores(child.pid)).toEqual([core])
    }
  } finally {
    child.kill('SIGKILL')
  }
  expect(allowedCores().length).toBeGreaterThan(0)
})

test.runIf(process.platform === 'linux')(
  'processes are kept together on one core until they are let go',
  () => {
    const children = [spawn('sleep', ['60']), spawn('sleep', ['60'])]
    const places = (): unknown[] => children.map(({ pid }) => allowedCores(pid))
    try {
      const letGo = keepTogether(
        children.map(({ pid }) => pid!),
        openStream(1, 0, 'core'),
      )
      const [one, other] = places()
      expect(one).toHaveLength(1)
      expect(other).toEqual(one)
      letGo()
      expect(places()).toEqual([allowedCores(), allowedCores()])
    } finally {
      for (const child of children) child.kill('SIGKILL')
    }
  },
)
