/** What to look at: who is locked out by ladder, and one blocked caller's checks over time. */
import { Kernel } from '../lab/kernel/kernel.ts'
import { alike } from '../lab/contract/alike.ts'
import { intervalBars } from '../lab/contract/bars.ts'
import { distributionOfIn } from '../lab/contract/figure.ts'
import type { ChartSpec, PointResult, Results } from '../lab/contract/sim.ts'
import { CheckList, type Path } from './ice/check-list.ts'
import { TraceWire } from './ice/trace.ts'
import { waysOf } from './networks.ts'
import { offerLabel } from './offer.ts'
import type { FirewalledParams } from './params.ts'

type Point = PointResult<FirewalledParams>

export function charts({ points, chosen }: Results<FirewalledParams>): ChartSpec[] {
  // Bars and lines have what is offered for a name, so all else is as at the chosen point.
  const offers = alike(chosen, points, 'ladder', 'rollout')
  return [lockedOutByLadder(offers), setupByLadder(offers), oneCall(offers)]
}

function lockedOutByLadder(points: readonly Point[]): ChartSpec {
  const bars = points.map(({ params, metrics }) => ({
    label: offerLabel(params),
    estimate: metrics['lockedOut']!,
  }))
  return intervalBars(bars, {
    name: 'locked-out',
    title: 'Who gets no call, by what is offered besides UDP',
    description:
      'Bars: the share of callers whom no way offered can reach, with its 95 % interval. What remains at the end of the ' +
      'ladder are networks that let nothing through.',
    names: 'offered besides UDP',
    figures: 'callers who get no call',
    format: '.1%',
  })
}

/** From 50 ms to 40 s, twenty points a factor of ten. */
const SETUP_TIMES = Array.from({ length: 59 }, (_, i) => 0.05 * 10 ** (i / 20))

/** Of all callers, those without any call included, the share not yet connected: a line ends at who never is. */
function setupByLadder(points: readonly Point[]): ChartSpec {
  const values = points.flatMap(({ params, replications }) => {
    const distributions = replications.map((measures) => distributionOfIn(measures, 'setupTime'))
    const connected = distributions.reduce((sum, { count }) => sum + count, 0)
    const calls = params.calls * replications.length
    return SETUP_TIMES.map((seconds) => {
      const late = distributions.reduce((sum, one) => sum + one.exceeding(seconds), 0)
      return { ladder: offerLabel(params), seconds, waiting: (calls - connected + late) / calls }
    })
  })
  return {
    name: 'setup-time',
    title: 'Callers without a call yet, by time since the tap',
    description:
      'Lines: the share of all callers who are not connected so long after the tap, one line for each ladder, over all ' +
      'replications. Both axes are logarithmic; a line that stays level shows those who get no call at all.',
    spec: {
      data: { values: values.filter(({ waiting }) => waiting > 0) },
      mark: 'line',
      encoding: {
        x: { field: 'seconds', type: 'quantitative', title: 'seconds since the tap', scale: { type: 'log' } },
        y: {
          field: 'waiting',
          type: 'quantitative',
          title: 'callers not connected',
          scale: { type: 'log' },
          axis: { format: '~%' },
        },
        color: { field: 'ladder', type: 'nominal', title: 'offered besides UDP' },
      },
    },
    table: {
      columns: ['offered besides UDP', 'seconds', 'callers not connected'],
      rows: values.map(({ ladder, seconds, waiting }) => [ladder, seconds, waiting]),
    },
  }
}

/** A caller behind a firewall that lets only TLS on 443 out, without losses, at the median round trip. */
function oneCall(points: readonly Point[]): ChartSpec {
  const { params } = points.find(({ params }) => params.ladder === 'all') ?? points[0]!
  const { rtt, turnRtt } = params
  const answered = 3 * rtt
  const ways = waysOf(params.ladder)
  const paths = ways.map((way): Path => {
    if (way === 'udp') return { transport: 'udp', passes: false, rtt, ready: 0 }
    if (way === 'ice-tcp') return { transport: 'connect', passes: false, rtt, ready: 0 }
    if (way === 'turn-udp') return { transport: 'udp', passes: false, rtt, ready: Infinity }
    return { transport: 'stream', passes: true, rtt: rtt + turnRtt, ready: 5 * rtt }
  })
  const kernel = new Kernel()
  const wire = new TraceWire(kernel)
  new CheckList(kernel, wire, params).run(paths, answered, () => false)
  const messages = wire.messages.map(({ path, at, what }) => ({ way: ways[path]!, at, what }))
  return {
    name: 'one-call',
    title: 'The checks of one caller who may use only TLS on port 443',
    description:
      'Each mark is a request sent on a way, or the answer that came back, seconds after the tap. What the firewall drops ' +
      'is never answered; TURN over TLS is asked as soon as its candidate is ready.',
    spec: {
      data: { values: messages },
      mark: { type: 'point', filled: true, size: 80 },
      encoding: {
        x: { field: 'at', type: 'quantitative', title: 'seconds after the tap' },
        y: { field: 'way', type: 'nominal', title: null, sort: [...ways] },
        color: { field: 'what', type: 'nominal', title: null },
        shape: { field: 'what', type: 'nominal', title: null },
      },
    },
    table: {
      columns: ['way', 'seconds', 'message'],
      rows: messages.map(({ way, at, what }) => [way, at, what]),
    },
  }
}
