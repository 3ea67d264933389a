/** The timing wheel, 10 million timers spread over a day: per second of processor time, which other processes do not move. */
import { Wheel } from '../../../../engines/webhook/index.ts'
import { seeded } from '../../../../engines/webhook/testing/index.ts'
import type { Burst, Contestant, Row } from '../../harness/row.ts'
import { VERSION } from './accept.ts'

const TIMERS = 10_000_000
const DAY = 86_400_000

interface World {
  readonly due: Float64Array
  readonly ids: Int32Array
  readonly order: Int32Array
}

function newWorld(): World {
  const random = seeded(1)
  const due = Float64Array.from({ length: TIMERS }, () => random() * DAY)
  return { due, ids: new Int32Array(TIMERS), order: Int32Array.from({ length: TIMERS }, (_, i) => i) }
}

function arm(wheel: Wheel, { due, ids }: World): void {
  for (let i = 0; i < TIMERS; i++) ids[i] = wheel.arm(due[i]!, i)
}

/** Seconds of this process's processor. */
function cpu(does: () => void): number {
  const before = process.cpuUsage()
  does()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

/** Each moment fires what is due by then, in order, and nothing that was due before the last one. */
function drain(wheel: Wheel, { due }: World): number {
  const step = 1000
  let fired = 0
  let last = 0
  for (let now = step; now <= DAY + step; now += step) {
    wheel.advance(now, (word) => {
      const tick = Math.ceil(due[word]!)
      if (tick >= last && tick <= now && tick > now - step - 1) fired++
      last = tick
    })
  }
  return fired
}

function contestant(measured: 'arm' | 'cancel' | 'drain'): Contestant {
  return {
    id: 'flowbench',
    version: VERSION,
    missing: () => null,
    prepare(): Burst {
      const world = newWorld()
      const wheel = new Wheel(0, TIMERS)
      if (wheel.bytesPerTimer > 24) throw new Error(`${wheel.bytesPerTimer} bytes a timer`)
      return {
        work: TIMERS,
        expected: TIMERS,
        run: () => -1,
        timed() {
          const fresh = new Wheel(0, TIMERS)
          const armed = cpu(() => arm(fresh, world))
          if (measured === 'arm') return Promise.resolve({ check: fresh.size, seconds: armed })
          if (measured === 'drain') {
            let fired = 0
            const seconds = cpu(() => (fired = drain(fresh, world)))
            return Promise.resolve({ check: fired, seconds })
          }
          const seconds = cpu(() => {
            for (let i = 0; i < TIMERS; i++) fresh.cancel(world.ids[i]!)
          })
          return Promise.resolve({ check: TIMERS - fresh.size, seconds })
        },
      }
    },
  }
}

const row = (measured: 'arm' | 'cancel' | 'drain', summary: string): Row => ({
  id: `webhook/timers-${measured}-10M`,
  unit: 'timers/CPU-s',
  better: 'higher',
  summary,
  ours: contestant(measured),
  peers: [],
  atMost: { rounds: 3, samples: 1 },
})

export const timerRows: readonly Row[] = [
  row('arm', '10 million timers armed over a day, at 24 bytes or fewer each; their number verified'),
  row('cancel', '10 million timers cancelled; that none is left verified'),
  row('drain', '10 million timers fired, second by second; order, none early and none late verified'),
]
