/** The times that engines tell against the scheduler's own count, which no engine writes. */
import { expect, test } from 'vitest'
import { EngineProcess } from '../process/engine-process.ts'
import { scheduled } from '../process/proc.ts'
import { present } from '../shootout.ts'
import { ENGINES } from './engines.ts'

const LIMITS = { seconds: 20, bytes: 2 ** 31 }

test.each(present(ENGINES).specs.map((spec) => [spec.id, spec] as const))(
  '%s tells the time that it took, of long runs and of short ones',
  async (_, spec) => {
    const engine = new EngineProcess(spec, LIMITS)
    try {
      await engine.hello()
      await engine.compile('b[a-c]+d', '')
      await engine.text([{ text: 'xyzabcd ', times: 100 }])
      let repeats = 64
      // Warm, and long enough for the clock of the other side.
      while ((await engine.run('count', repeats)).seconds * repeats < 0.03) repeats *= 2
      const before = scheduled(engine.pid!)!
      const { seconds } = await engine.run('count', repeats)
      const ran = scheduled(engine.pid!)!.ran - before.ran
      expect((seconds * repeats) / ran).toBeGreaterThan(0.5)
      expect((seconds * repeats) / ran).toBeLessThan(1.2)
      // A clock that moves with the scheduler's tick shows nothing of most runs of a tenth of a millisecond. Long runs
      // come before and after the short ones and the quickest counts: a compiler may take over at any of them.
      const few = Math.max(1, Math.round(1e-4 / seconds))
      const short: number[] = []
      for (let run = 0; run < 20; run++) short.push((await engine.run('count', few)).seconds)
      const long = [seconds]
      for (let run = 0; run < 5; run++) long.push((await engine.run('count', repeats)).seconds)
      expect(Math.min(...short)).toBeGreaterThan(Math.min(...long) / 3)
    } finally {
      engine.close()
    }
  },
)
