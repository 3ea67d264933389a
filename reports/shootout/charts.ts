/** A suite's pictures: standings with their intervals; for each pattern, processor time against the length of the text. */
import type { ShootoutDocument } from '../../sims/bench/shootout/suite/run.ts'
import type { ChartSpec } from '../../sims/lab/contract/sim.ts'

export function shootoutCharts({ groups, growth }: ShootoutDocument): ChartSpec[] {
  return [...groups.slice(0, 1).map(standings), ...growth.flatMap(growthOf)]
}

function standings({ name, standings: rows }: ShootoutDocument['groups'][number]): ChartSpec {
  const y = { field: 'engine', type: 'nominal', title: null, sort: null }
  const scale = { type: 'log', domainMin: 1 }
  const title = 'time over the best engine of each definition, logarithmic'
  return {
    name: 'standings',
    title: `Time over the best engine, ${name}`,
    description:
      'Geometric mean over the definitions that an engine answers rightly, with its 95 % interval over the rounds. Shorter is better; 1 would be the best everywhere.',
    spec: {
      data: { values: rows },
      layer: [
        {
          mark: { type: 'rule', strokeWidth: 2 },
          encoding: {
            y,
            x: { field: 'low', type: 'quantitative', scale, title },
            x2: { field: 'high' },
          },
        },
        {
          mark: { type: 'point', filled: true, size: 70 },
          encoding: { y, x: { field: 'ratio', type: 'quantitative', scale, title } },
        },
      ],
    },
    table: {
      columns: ['engine', 'ratio', 'low', 'high', 'definitions', 'of'],
      rows: rows.map(({ engine, ratio, low, high, definitions, of }) => [
        engine,
        ratio,
        low,
        high,
        definitions,
        of,
      ]),
    },
  }
}

const VERDICTS: readonly Report['verdict'][] = ['linear', 'polynomial', 'exponential', 'undecided', 'crashed']

interface Row {
  readonly engine: string
  readonly growth: string
  readonly bytes: number
  readonly seconds: number
}

type Report = ShootoutDocument['growth'][number]['engines'][number]

/** A search of one match, and of all matches where that was looked for. */
function growthOf({ pattern, engines }: ShootoutDocument['growth'][number], at: number): ChartSpec[] {
  const charts = [
    growthChart(`growth-${at + 1}`, `Growth of ${pattern}`, 'one match', engines, (report) => report),
    growthChart(
      `growth-all-${at + 1}`,
      `Growth of ${pattern}, all matches`,
      'all matches',
      engines,
      ({ findAll }) => findAll,
    ),
  ]
  return charts.filter((chart) => chart !== null)
}

function growthChart(
  name: string,
  title: string,
  asked: string,
  engines: readonly Report[],
  shownOf: (report: Report) => Pick<Report, 'verdict' | 'points'> | null,
): ChartSpec | null {
  const rows = engines.flatMap((report): Row[] => {
    const shown = shownOf(report)
    if (shown === null) return []
    return shown.points
      .filter(({ seconds, bytes }) => seconds > 0 && bytes > 0)
      .map((point) => ({ engine: report.engine, growth: shown.verdict, ...point }))
  })
  if (rows.length === 0) return null
  const ends = [...Map.groupBy(rows, ({ engine }) => engine).values()].map((own) => own.at(-1)!)
  const x = {
    field: 'bytes',
    type: 'quantitative',
    scale: { type: 'log' },
    title: 'bytes of text, logarithmic',
  }
  const y = {
    field: 'seconds',
    type: 'quantitative',
    scale: { type: 'log' },
    title: 'processor time in seconds, logarithmic',
  }
  const present = VERDICTS.filter((verdict) => rows.some(({ growth }) => growth === verdict))
  // The same colour for the same verdict on every chart.
  const scale = { domain: VERDICTS }
  const color = { field: 'growth', type: 'nominal', title: null, scale, legend: { values: present } }
  return {
    name,
    title,
    description: `Time of a search for ${asked} against the length of the text, each engine on the text that is worst for it. A line of slope 1 is linear, of slope 2 quadratic; one that goes straight up is exponential.`,
    spec: {
      layer: [
        {
          data: { values: rows },
          mark: { type: 'line', point: { size: 18 } },
          encoding: { x, y, color, detail: { field: 'engine' } },
        },
        {
          // Lines that lie on each other cannot all be named; those that climb stand apart.
          data: { values: ends.filter(({ growth }) => growth !== 'linear') },
          mark: { type: 'text', style: 'label' },
          encoding: { x, y, text: { field: 'engine' } },
        },
      ],
    },
    table: {
      columns: ['engine', 'growth', 'bytes', 'seconds'],
      rows: rows.map(({ engine, growth, bytes, seconds }) => [engine, growth, bytes, seconds]),
    },
  }
}
