import { expect, test } from 'vitest'
import { openStream } from '../../lab/kernel/random/stream.ts'
import { confirm, judge, planOf, type Finding } from './judge.ts'

/** What the gate would say of rounds whose log ratios scatter about `shift`, with one wild round in ten. */
function verdict(shift: number, spread: number, replication: number): Finding {
  const stream = openStream(3, replication, 'rounds')
  const plan = planOf(6)
  const logRatios: number[] = []
  while (logRatios.length < plan.looks.at(-1)!) {
    const noise = (stream.uniform() + stream.uniform() + stream.uniform() - 1.5) * 2 * spread
    logRatios.push(shift + (stream.uniform() < 0.1 ? 10 * noise : noise))
    const finding = judge(logRatios, plan)
    if (finding !== 'undecided') return finding
  }
  return 'undecided'
}

const share = (shift: number, spread: number, wanted: Finding): number => {
  const gates = 400
  let found = 0
  for (let i = 0; i < gates; i++) if (verdict(shift, spread, i) === wanted) found++
  return found / gates
}

test('no change is hardly ever slower, and mostly cleared', () => {
  expect(share(0, 0.02, 'slower')).toBe(0)
  expect(share(0, 0.02, 'clear')).toBeGreaterThan(0.9)
})

test('five per cent is found, and is not cleared', () => {
  expect(share(Math.log(1.05), 0.02, 'slower')).toBeGreaterThan(0.95)
  expect(share(Math.log(1.05), 0.02, 'clear')).toBeLessThan(0.01)
})

test('a speed-up is cleared', () => {
  expect(share(Math.log(0.9), 0.02, 'clear')).toBe(1)
})

test('planted: the tolerance is a line, not a hint', () => {
  expect(judge(Array(14).fill(Math.log(1.011)), planOf(6))).toBe('slower')
  expect(judge(Array(14).fill(Math.log(1.0099)), planOf(6))).toBe('clear')
  // Between looks nothing is said, and eight rounds cannot reach the level of six benchmarks.
  expect(judge(Array(13).fill(Math.log(1.2)), planOf(6))).toBe('undecided')
  expect(judge(Array(8).fill(Math.log(1.2)), planOf(6))).toBe('undecided')
})

test('a finding is confirmed by fresh rounds only where they show it too', () => {
  expect(confirm(Array(12).fill(0.05), planOf(6))).toBe('confirmed')
  expect(confirm([...Array(6).fill(0.05), ...Array(6).fill(-0.05)], planOf(6))).toBe('undecided')
})
