/** What to look at: which verifier accepts which attack, and forged events over time. */
import { alike } from '../lab/contract/alike.ts'
import type { ChartSpec, Results } from '../lab/contract/sim.ts'
import type { Point } from './answer.ts'
import { TOKEN_ATTACK, VERIFIERS } from './attacked.ts'
import { ATTACKS } from './attacks.ts'
import { VERIFIER_LABELS } from './metrics.ts'
import { cell } from './model.ts'
import type { TrustParams } from './params.ts'

export function charts({ points, chosen }: Results<TrustParams>): ChartSpec[] {
  return [matrix(chosen), overTime(alike(chosen, points, 'secret'))]
}

const GUIDE = 'the documented token'

interface Cell {
  readonly attack: string
  readonly verifier: string
  readonly share: number
}

function cellsOf({ replications, params }: Point): Cell[] {
  const tried = params.attacks * replications.length
  const share = (counter: string): number =>
    replications.reduce((sum, { counters }) => sum + (counters[counter] ?? 0), 0) / tried
  return [
    ...ATTACKS.flatMap(({ name, label }) =>
      VERIFIERS.map((verifier) => ({
        attack: label,
        verifier: VERIFIER_LABELS[verifier],
        share: share(cell(name, verifier)),
      })),
    ),
    ...(['ours', 'guide'] as const).map((verifier) => ({
      attack: 'genuine token, another body',
      verifier: verifier === 'ours' ? VERIFIER_LABELS.ours : GUIDE,
      share: share(cell(TOKEN_ATTACK, verifier)),
    })),
  ]
}

function matrix(point: Point): ChartSpec {
  const values = cellsOf(point).map((one) => ({ ...one, text: one.share === 0 ? '' : 'yes' }))
  const x = {
    field: 'verifier',
    type: 'nominal',
    title: null,
    sort: [...Object.values(VERIFIER_LABELS), GUIDE],
    axis: { orient: 'top', labelAngle: -90, labelAlign: 'left', labelOverlap: false, labelLimit: 200 },
  }
  const y = { field: 'attack', type: 'nominal', title: null, sort: null }
  return {
    name: 'matrix',
    title: 'Which verifier acts upon which attack',
    description:
      'Each field is an attack on a verifier, the darker the more tries were acted upon. Where there is no field, the attack does ' +
      'not apply to the scheme. Ours does not act upon what it has processed before.',
    spec: {
      height: { step: 20 },
      data: { values },
      layer: [
        {
          mark: { type: 'rect', stroke: 'white' },
          encoding: {
            x,
            y,
            color: {
              field: 'share',
              type: 'quantitative',
              scale: { domain: [0, 1] },
              legend: null,
            },
          },
        },
        { mark: { type: 'text', fontSize: 11, color: 'white' }, encoding: { x, y, text: { field: 'text' } } },
      ],
    },
    table: {
      columns: ['attack', 'verifier', 'share acted upon'],
      rows: values.map(({ attack, verifier, share }) => [attack, verifier, share]),
    },
  }
}

function overTime(points: readonly Point[]): ChartSpec {
  const values = points.flatMap(({ params, replications }) => {
    const series = replications[0]?.series?.['forgedEvents']
    return (series?.t ?? []).map((t, i) => ({
      secret: params.secret,
      hours: t / 3600,
      forged: series!.values[i]!,
    }))
  })
  return {
    name: 'forged-over-time',
    title: 'Forged events acted upon after a secret leaks',
    description:
      'Cumulative, in one replication, by what leaked: a static secret whose rotation leaves the old value for a while, one ' +
      'that is revoked at once, the key of one request.',
    spec: {
      data: { values },
      mark: { type: 'line', interpolate: 'step-after' },
      encoding: {
        x: { field: 'hours', type: 'quantitative', title: 'hours since the leak' },
        y: { field: 'forged', type: 'quantitative', title: 'forged events acted upon' },
        color: { field: 'secret', type: 'nominal', title: null, sort: null },
      },
    },
    table: {
      columns: ['secret', 'hours', 'forged events'],
      rows: values.map(({ secret, hours, forged }) => [secret, hours, forged]),
    },
  }
}
