import { expect, test } from 'vitest'
import { LogHistogram } from '../analysis/histogram.ts'
import { distributionOfIn, figureOver, readFigure } from './figure.ts'
import type { Measures } from './sim.ts'

const source = {
  metrics: {},
  observations: { lostPackets: { unit: 'count', label: 'number of lost packets', of: 'sessions' } },
}

/** Ten sessions that lost nothing, fifty that lost 10 packets, forty that lost 20. */
function replication(): Measures {
  const lostPackets = new LogHistogram()
  lostPackets.add(0, 10)
  lostPackets.add(10, 50)
  lostPackets.add(20, 40)
  return { observations: { lostPackets: lostPackets.toData() } } as unknown as Measures
}

test.each([
  ['<', 0, 0],
  ['<=', 0, 0.1],
  ['>', 0, 0.9],
  ['>=', 0, 1],
  ['<', 10, 0.1],
  ['<=', 10, 0.6],
  ['>', 10, 0.4],
  ['>=', 10, 0.9],
  ['<', 20, 0.6],
  ['<=', 20, 1],
  ['>', 20, 0],
  ['>=', 20, 0.4],
])(
  'share(lostPackets %s %d) is %d: what equals the limit counts where the operator says so',
  (op, limit, share) => {
    const read = readFigure(`share(lostPackets ${op} ${limit})`, source)
    if (!read.ok) throw new Error(read.message)
    expect(figureOver(read.figure, [replication(), replication()])!.value).toBeCloseTo(share, 12)
  },
)

test.each(['mean(lostPackets)', 'p50(lostPackets)', 'share(lostPackets < 5)'])(
  '%s is no figure where one replication cannot know its observations: those of the others are a chosen part',
  (name) => {
    const read = readFigure(name, source)
    if (!read.ok) throw new Error(read.message)
    const unknown = { observations: { lostPackets: null } } as unknown as Measures
    expect(figureOver(read.figure, [replication(), replication()])).not.toBeNull()
    expect(figureOver(read.figure, [replication(), unknown])).toBeNull()
    expect(distributionOfIn(unknown, 'lostPackets').count).toBe(0)
  },
)

test('a share of what replications have more or less of is that of all of it, not the mean of their shares', () => {
  const one = (saved: number, whole: number): Measures =>
    ({ metrics: { saved: saved / whole, hours: whole }, wholes: { saved: whole } }) as unknown as Measures
  const read = readFigure('saved', { metrics: { saved: { unit: 'share', label: 'saved' } } })
  const figure = figureOver((read as { figure: Parameters<typeof figureOver>[0] }).figure, [
    one(5, 10),
    one(5, 990),
  ])!
  expect(figure.value).toBeCloseTo(10 / 1000, 12)
  expect(figure.samples).toEqual([0.5, 5 / 990])
})

test('share(wait < 20 s) of replications is such a share', () => {
  const replication = (late: number): Measures => {
    const waits = new LogHistogram()
    for (let i = 0; i < 20; i++) waits.add(i < late ? 30 : 1)
    return { observations: { wait: waits.toData() } } as unknown as Measures
  }
  const read = readFigure('share(wait < 20 s)', {
    metrics: {},
    observations: { wait: { unit: 's', label: 'wait', of: 'callers' } },
  })
  if (!read.ok) throw new Error(read.message)
  expect(figureOver(read.figure, [replication(1), replication(1)])!.confidenceBelow(0.96)!).toBeLessThan(
    0.975,
  )
})
