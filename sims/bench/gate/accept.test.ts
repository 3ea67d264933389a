import { expect, test } from 'vitest'
import { BadRequest } from '../harness/errors.ts'
import { acceptanceOf, acceptFileIn, readAcceptFile, toleranceOf } from './accept.ts'

const TEXT = `accept:
  - benchmark: kernel/mm1
    of: [time]
    reason: ties are kept in order now
    until: 2027-01-31
tolerances:
  - benchmark: kernel/mm1
    time: 2.5%
`

test('accepts by name and kind until its day is over; gives tolerances', () => {
  const file = acceptFileIn(TEXT, 'gate.yaml')
  expect(acceptanceOf(file, 'kernel/mm1', 'time', '2027-01-31')!.expired).toBe(false)
  expect(acceptanceOf(file, 'kernel/mm1', 'time', '2027-02-01')!.expired).toBe(true)
  expect(acceptanceOf(file, 'kernel/mm1', 'memory', '2027-01-31')).toBeNull()
  expect(acceptanceOf(file, 'kernel/mm20', 'time', '2027-01-31')).toBeNull()
  expect(toleranceOf(file, 'kernel/mm1')).toEqual({ time: 0.025 })
  expect(acceptFileIn('', 'gate.yaml')).toEqual({ accept: [], tolerances: [] })
})

test.each([
  [
    TEXT.replace('ties are kept in order now', 'why not'),
    'gate.yaml:4: accept.0.reason: a reason that a reader can judge',
  ],
  [TEXT.replace('2027-01-31', '2027-02-30'), 'gate.yaml:5: accept.0.until: no such day'],
  [TEXT.replace('2.5%', '2.5'), 'gate.yaml:8: tolerances.0.time: a share: 3%'],
  [TEXT.replace('[time]', '[speed]'), 'gate.yaml:3: accept.0.of.0: Invalid option'],
  [
    TEXT.replace('    reason: ties are kept in order now\n', ''),
    'gate.yaml:2: accept.0.reason: Invalid input',
  ],
  ['accept: [', 'gate.yaml:1: Flow sequence in block collection'],
])('what cannot be read names its line: %#', (text, message) => {
  expect(() => acceptFileIn(text, 'gate.yaml')).toThrow(message)
})

test('what is no file is told by its name', () => {
  expect(() => readAcceptFile('nowhere.yaml', false)).toThrow(new BadRequest('nowhere.yaml: no such file'))
  expect(() => readAcceptFile('/', false)).toThrow(new BadRequest('/: cannot be read (EISDIR)'))
})
