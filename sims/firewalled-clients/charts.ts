/** What to look at: who is locked out by ladder, and one blocked caller's checks over time. */
import { Kernel } from '../lab/kernel/kernel.ts'
import { intervalBars } from '../lab/contract/bars.ts'
import type { ChartSpec, PointResult, Results } from '../lab/contract/sim.ts'
import { CheckList, type Path } from './ice/check-list.ts'
import { TraceWire } from './ice/trace.ts'
import { waysOf } from './networks.ts'
import type { FirewalledParams } from './params.ts'

type Point = PointResult<FirewalledParams>

export function charts({ points }: Results<FirewalledParams>): ChartSpec[] {
  return [lockedOutByLadder(points), oneCall(points)]
}

function lockedOutByLadder(points: readonly Point[]): ChartSpec {
  const bars = points.map(({ params, metrics }) => ({
    label: params.ladder,
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
