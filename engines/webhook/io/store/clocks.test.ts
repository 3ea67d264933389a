/**
 * Clocks that go anywhere: random histories of starts, each with its own clock, some without room to put anything right.
 * What must hold is in `testing/clock-world.ts`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ClockWorld, DELAY } from '../../testing/clock-world.ts'
import { seeded } from '../../testing/random.ts'
import { HOUR, MINUTE } from '../../testing/world.ts'

const NOW = 1_790_000_000_000
const [IN_1970, IN_2015, IN_2036] = [-NOW, -100_000 * HOUR, 87_600 * HOUR] as const

/** One history; what each start was is noted in `starts`. */
function history(world: ClockWorld, draw: () => number, starts: string[]): void {
  const pick = (list: readonly number[]): number => list[Math.floor(draw() * list.length)]!
  const top = pick([0, 0, 5 * HOUR, IN_2036])
  // Only some have a clock that steps ahead of all that is known: that cannot be told from time that has passed.
  const isWild = draw() < 0.4
  const mostDown = pick([20 * MINUTE, 20 * MINUTE, 72 * HOUR])
  let off = pick([top, top, IN_1970])
  const start = (isFull: boolean): void => {
    const down = draw() * (draw() < 0.7 ? 10 * MINUTE : mostDown)
    // Where there is no battery: so long after the power came.
    const since1970 = off === IN_1970 ? draw() * MINUTE : world.real + down + off
    const clock = Math.max(0, since1970) + 30_000
    starts.push(`${new Date(clock).toISOString()}${isFull ? ', full' : ''}`)
    world.start(clock, down, isFull)
  }
  for (let left = 4 + draw() * 5; left > 0; left--) {
    start(draw() < 0.3)
    for (let stretches = 1 + draw() * 6; stretches > 0; stretches--) world.stretch()
    world.kill()
    const [some, many] = [draw() * pick([HOUR / 2, 2 * HOUR, 8 * HOUR]), draw() * 200 * HOUR]
    off = pick([
      off,
      off,
      0,
      top,
      off - some,
      top - some,
      top - many,
      IN_1970,
      IN_2015,
      off + some,
      many,
      IN_2036,
    ])
    if (!isWild) off = Math.min(off, top)
  }
  off = 0
  world.isReceiving = true
  start(false)
  world.hold(false)
  world.run(DELAY + MINUTE)
  for (const { key } of world.pending()) world.wrong.push(`${key} never delivered`)
  world.kill()
}

test('whatever clocks do, nothing is held up, lost, given up early or kept alive', () => {
  const dir = mkdtempSync(join(tmpdir(), 'flowbench-clocks-'))
  const seen = { dead: 0, pruned: 0, endedSecrets: 0, asItIs: 0 }
  try {
    for (let seed = 1; seed <= 25; seed++) {
      const draw = seeded(seed)
      const world = new ClockWorld(join(dir, `${seed}.db`), draw, NOW)
      const starts: string[] = []
      history(world, draw, starts)
      expect(world.wrong.slice(0, 3), `seed ${seed}: ${starts.join('; ')}`).toEqual([])
      for (const what of Object.keys(seen) as (keyof typeof seen)[]) seen[what] += world.seen[what]
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
  // All of it was there to be seen.
  expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(10)
})
