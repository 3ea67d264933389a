/* oxlint-disable vitest/expect-expect -- `compare` holds the assertions */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openStream } from './random/stream.ts'
import { ClockError, codeOf, event, EventWordError, indexOf, Kernel, NO_TIMER, NONE } from './kernel.ts'

/**
 * The obvious future event list: an array, sorted by (time, order of scheduling) whenever asked. Written from the
 * guarantees in README.md, not from the kernel (invariant 7a).
 */
class NaiveKernel {
  now = 0
  private made = 0
  private isSorted = true
  private list: { time: number; order: number; word: number }[] = []

  arm(delay: number, word: number): number {
    this.list.push({ time: this.now + delay, order: this.made, word })
    this.isSorted = false
    return this.made++
  }

  cancel(order: number): boolean {
    const before = this.list.length
    this.list = this.list.filter((e) => e.order !== order)
    return this.list.length < before
  }

  get pending(): number {
    return this.list.length
  }

  next(until: number): number {
    if (!this.isSorted) this.list.sort((a, b) => a.time - b.time || a.order - b.order)
    this.isSorted = true
    const first = this.list[0]
    if (first === undefined || first.time > until) {
      if (until < Infinity) this.now = until
      return NONE
    }
    this.list.shift()
    this.now = first.time
    return first.word
  }
}

/** Delays that meet every structure and many exact ties: now, near, one tick, days, beyond the wheel. */
const delay = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 8 }).map((n) => n / 4) },
  { weight: 2, arbitrary: fc.double({ min: 0, max: 100, noNaN: true }) },
  { weight: 2, arbitrary: fc.constantFrom(0, 63, 64, 1023, 1024, 1025, 259_200, 2 ** 20, 2 ** 30, 1e15) },
  { weight: 1, arbitrary: fc.double({ min: 0, max: 1e7, noNaN: true }) },
)

/** Many events scheduled at once, evenly drawn from so many seconds. */
interface Crowd {
  readonly size: number
  readonly from: number
  readonly within: number
}

type Step =
  | { readonly do: 'schedule'; readonly delay: number }
  | { readonly do: 'arm'; readonly delay: number }
  | { readonly do: 'cancel'; readonly which: number }
  | ({ readonly do: 'crowd' } & Crowd)
  | { readonly do: 'next' }
  | { readonly do: 'until'; readonly delay: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: delay.map((d): Step => ({ do: 'schedule', delay: d })) },
  { weight: 3, arbitrary: delay.map((d): Step => ({ do: 'arm', delay: d })) },
  { weight: 2, arbitrary: fc.nat({ max: 1000 }).map((n): Step => ({ do: 'cancel', which: n })) },
  { weight: 3, arbitrary: fc.constant<Step>({ do: 'next' }) },
  { weight: 1, arbitrary: delay.map((d): Step => ({ do: 'until', delay: d })) },
)

/** The near list spills from 129 events on, the heap is busy from 512 on; some meet what is far off in its tick. */
const crowd: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('crowd' as const),
  size: fc.constantFrom(70, 130, 700),
  from: fc.constantFrom(0, 0, 0.5, 63.5, 64, 100, 1023.5),
  within: fc.constantFrom(0, 0.25, 1, 5, 200),
})

const crowdedSteps = fc
  .tuple(
    crowd,
    fc.array(step, { maxLength: 60, size: 'max' }),
    crowd,
    fc.array(step, { maxLength: 200, size: 'max' }),
  )
  .map(([first, some, second, more]) => [first, ...some, second, ...more])

function delaysOf(step: Extract<Step, { do: 'schedule' | 'crowd' }>): number[] {
  if (step.do === 'schedule') return [step.delay]
  const { size, from, within } = step
  const stream = openStream(size, 0, 'crowd')
  return Array.from({ length: size }, () => from + stream.uniform() * within)
}

function compare(steps: readonly Step[], kernel: Kernel): void {
  const naive = new NaiveKernel()
  const timers: { ours: number; theirs: number }[] = []
  let word = 0
  const both = (until: number): number => {
    const ours = kernel.next(until)
    same(ours, naive.next(until))
    same(kernel.now, naive.now)
    return ours
  }
  for (const s of steps) {
    if (s.do === 'schedule' || s.do === 'crowd') {
      for (const d of delaysOf(s)) {
        kernel.after(d, word)
        naive.arm(d, word++)
      }
    } else if (s.do === 'arm') {
      timers.push({ ours: kernel.arm(s.delay, word), theirs: naive.arm(s.delay, word++) })
    } else if (s.do === 'cancel' && timers.length > 0) {
      const timer = timers[s.which % timers.length]!
      const pending = kernel.isPending(timer.ours)
      same(kernel.cancel(timer.ours), pending)
      same(naive.cancel(timer.theirs), pending)
    } else if (s.do === 'next') both(Infinity)
    else if (s.do === 'until') both(kernel.now + s.delay)
    same(kernel.pending, naive.pending)
  }
  while (both(Infinity) !== NONE);
  expect(kernel.pending).toBe(0)
}

/** Cheaper than an `expect` a step, of which there are a million. */
function same(ours: unknown, theirs: unknown): void {
  if (!Object.is(ours, theirs)) expect(ours).toBe(theirs)
}

/**
 * Grows to 3,000 pending events and shrinks again. With `ties` every time is a multiple of a quarter second, so that
 * events meet each other, and `until`, exactly; without, hardly any do.
 */
function longMixedRun(ties: boolean): Step[] {
  const stream = openStream(1, 0, 'mixed')
  return Array.from({ length: 12_000 }, (_, i): Step => {
    const kind = stream.below(i < 6000 ? 8 : 16)
    const far = [4, 100, 5000, 300_000][stream.below(4)]!
    const d = ties ? stream.below(4 * far) / 4 : stream.uniform() * far
    if (kind < 2) return { do: 'schedule', delay: d }
    if (kind < 5) return { do: 'arm', delay: d }
    if (kind < 6) return { do: 'cancel', which: stream.below(2 ** 30) }
    return i % 50 === 0 ? { do: 'until', delay: stream.below(12) / 4 } : { do: 'next' }
  })
}

/** An event that is far off shares its tick with the near list's last. */
const FAR_IN_THE_SAME_TICK: readonly Step[] = [
  { do: 'crowd', size: 63, from: 1, within: 0 },
  { do: 'schedule', delay: 100.5 },
  { do: 'crowd', size: 64, from: 100.9, within: 0 },
  { do: 'schedule', delay: 0.5 },
  { do: 'schedule', delay: 100.2 },
]

/** So many events that those of the present tick go into the empty wheel. */
const BUSY_IN_ONE_TICK: readonly Step[] = [{ do: 'crowd', size: 2000, from: 0, within: 5 }]

class Deaf extends Kernel {
  override cancel(timer: number): boolean {
    return this.isPending(timer)
  }
}

class Rounding extends Kernel {
  override at(time: number, word: number): void {
    super.at(Math.max(this.now, Math.fround(time)), word)
  }
}

class Exclusive extends Kernel {
  override next(until = Infinity): number {
    if (until === Infinity || until === this.now) return super.next(until)
    const word = super.next(until - (until - this.now) * 2 ** -40)
    if (word === NONE) this.now = until
    return word
  }
}

/** The kernel with one of its private parts replaced. */
function broken(parts: PropertyDescriptorMap): Kernel {
  return Object.defineProperties(new Kernel(), parts)
}

describe('the comparison with a sorted list finds each planted fault (invariant 7a):', () => {
  let sequence = 0
  test.each<[string, () => Kernel]>([
    ['a cancelled timer fires', () => new Deaf()],
    ['times are rounded to single precision', () => new Rounding()],
    ['what is due exactly at `until` is left', () => new Exclusive()],
    [
      'a spilled event counts as scheduled later than its ties',
      () => broken({ earlier: { get: () => ++sequence + 2 ** 40, set: () => {} } }),
    ],
    ['a cancelled timer that is spilled comes alive again', () => broken({ isAlive: { value: () => true } })],
  ])('%s', (_fault, kernel) => {
    expect(() => {
      for (const ties of [true, false]) compare(longMixedRun(ties), kernel())
    }).toThrow(/^expected .* to be /)
  })
})

describe('order', () => {
  test.each([1, 0.001, 1000])('equals a sorted list under any steps, tick %s s', (tick) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) =>
        compare(steps, new Kernel({ tick })),
      ),
      { numRuns: 150 },
    )
  })

  test.each([1, 0.001, 1000])('equals a sorted list with hundreds pending, tick %s s', (tick) => {
    fc.assert(
      fc.property(crowdedSteps, (steps) => compare(steps, new Kernel({ tick }))),
      { numRuns: 60 },
    )
  })

  test.each([
    ['an event far off, in the tick of the near list’s last', FAR_IN_THE_SAME_TICK],
    ['2,000 events within five ticks', BUSY_IN_ONE_TICK],
  ])('equals a sorted list: %s', (_case, steps) => {
    compare(steps, new Kernel())
  })

  test.each([true, false])('equals a sorted list over a long mixed run, 3,000 pending, ties: %s', (ties) => {
    compare(longMixedRun(ties), new Kernel())
  })

  test('10,000 events at one time leave in the order they were scheduled, from all structures (invariant 3)', () => {
    const kernel = new Kernel()
    kernel.at(50_000, 0)
    for (let i = 1; i < 5000; i++) kernel.at(50_000, i)
    // The clock gets there, so that the rest of the tie is scheduled as near events.
    kernel.at(49_999.5, 999_999)
    expect(kernel.next()).toBe(999_999)
    for (let i = 5000; i < 10_000; i++) kernel.at(50_000, i)
    for (let i = 0; i < 10_000; i++) expect(kernel.next()).toBe(i)
    expect(kernel.next()).toBe(NONE)
  })
})

describe('the clock (invariant 2)', () => {
  test('refuses the past, what is no number, and infinity', () => {
    const kernel = new Kernel()
    kernel.at(10, 1)
    kernel.next()
    kernel.at(10, 2)
    for (const time of [9.999, -1, NaN, Infinity, -Infinity]) {
      expect(() => kernel.at(time, 1)).toThrow(ClockError)
      expect(() => kernel.armAt(time, 1)).toThrow(ClockError)
    }
    expect(() => kernel.after(-1e-9, 1)).toThrow('the clock stands at 10 s')
    expect(() => kernel.next(9)).toThrow(ClockError)
    expect(() => kernel.next(NaN)).toThrow(ClockError)
    expect(kernel.now).toBe(10)
    expect(kernel.pending).toBe(1)
  })

  test('moves to `until` when nothing is due, stays at the last event without one', () => {
    const kernel = new Kernel()
    kernel.at(5, 7)
    expect(kernel.next(4)).toBe(NONE)
    expect(kernel.now).toBe(4)
    expect(kernel.next(5)).toBe(7)
    expect(kernel.next()).toBe(NONE)
    expect(kernel.now).toBe(5)
  })

  test('a cancelled event does not move it', () => {
    const kernel = new Kernel()
    const timer = kernel.arm(3, 1)
    kernel.after(1, 2)
    kernel.cancel(timer)
    kernel.next()
    expect(kernel.next()).toBe(NONE)
    expect(kernel.now).toBe(1)
  })
})

describe('timers', () => {
  test('a handle names one timer only: stale ones cancel nothing', () => {
    const kernel = new Kernel()
    const first = kernel.arm(1, 1)
    expect(kernel.next()).toBe(1)
    const second = kernel.arm(1, 2)
    expect(kernel.cancel(first)).toBe(false)
    expect(kernel.isPending(second)).toBe(true)
    expect(kernel.cancel(second)).toBe(true)
    expect(kernel.cancel(second)).toBe(false)
    for (const junk of [NO_TIMER, 1e300, NaN, -5, 0.5]) expect(kernel.cancel(junk)).toBe(false)
    expect(kernel.next()).toBe(NONE)
  })

  test('a million armed and cancelled leave no entries behind', () => {
    const kernel = new Kernel()
    for (let i = 0; i < 1_000_000; i++) kernel.cancel(kernel.arm(i % 2 === 0 ? 0.5 : 50, 1))
    expect(kernel.pending).toBe(0)
    expect(kernel.next()).toBe(NONE)
    // Entries kept for dead timers are bounded by the sweep, slots by entries.
    const { heap, wheel } = kernel as unknown as {
      heap: { times: Float64Array }
      wheel: { times: Float64Array }
    }
    expect(heap.times.length).toBeLessThan(10_000)
    expect(wheel.times.length).toBeLessThan(10_000)
  })
})

test('an event word packs a code and an index', () => {
  for (const [code, index] of [
    [0, 0],
    [255, 2 ** 23 - 1],
    [3, 70_000],
  ] as const) {
    expect(codeOf(event(code, index))).toBe(code)
    expect(indexOf(event(code, index))).toBe(index)
    expect(event(code, index)).toBeGreaterThanOrEqual(0)
  }
  for (const word of [-1, 1.5, 2 ** 31, NaN]) expect(() => new Kernel().at(0, word)).toThrow(EventWordError)
  expect(() => new Kernel({ tick: 0 })).toThrow(RangeError)
})

describe('work is counted, exactly', () => {
  test('an entry moves for each event in the near list that goes first', () => {
    const kernel = new Kernel()
    kernel.at(3, 0)
    kernel.at(2, 0)
    expect(kernel.work().shifted).toBe(0)
    // 2 and 3 go before it, and move up.
    kernel.at(4, 0)
    expect(kernel.work()).toEqual({
      shifted: 2,
      outside: 0,
      spilled: 0,
      refills: 0,
      heapMoves: 0,
      wheelLinks: 0,
    })
  })

  test('the same schedule is the same work, and more of it is more', () => {
    const work = (events: number) => {
      const kernel = new Kernel()
      const times = openStream(1, 0, 'times')
      for (let i = 0; i < events; i++) kernel.at(times.uniform() * 500, 0)
      for (let last = 0; kernel.next() !== NONE; last = kernel.now)
        if (kernel.now < last) throw new Error(`the clock went back from ${last} to ${kernel.now}`)
      return kernel.work()
    }
    const once = work(2000)
    expect(work(2000)).toEqual(once)
    expect(Math.min(...Object.values(once))).toBeGreaterThan(0)
    // Timers that are far off are linked into the wheel, some of them again when their bucket is spread.
    expect(once.wheelLinks).toBeLessThan(2 * 2000)
    for (const [name, n] of Object.entries(work(3000)))
      expect(n, name).toBeGreaterThan(once[name as keyof typeof once])
  })
})
