/** Two charts of how a regex engine's time and memory grow with the size of the pattern. */
import { DEFAULT_CACHE_BYTES, DEFAULT_COMPILE_BYTES } from '../../../engines/regex/index.ts'
import type { Growth, MemoryPoint, Outcome, TimePoint } from '../../../sims/bench/rows/regex/growth.ts'
import type { ChartSpec } from '../../../sims/lab/contract/sim.ts'

const BUDGET = (DEFAULT_COMPILE_BYTES + DEFAULT_CACHE_BYTES) / 1e6
const BUDGET_WORDS = `budget of flowbench: ${DEFAULT_COMPILE_BYTES >> 20} MiB to compile, ${DEFAULT_CACHE_BYTES >> 20} MiB to match`
/** Peaks of two processes that do the same differ by up to this. */
const LEAST_MEGABYTES = 1
/** Where patterns are named: above everything that is measured. */
const NAMES_AT = 2600

const number = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 })

/** `charts(growth)`: time, where there is any, and memory. */
export function growthCharts(growth: Growth): ChartSpec[] {
  return [...timeChart(growth), ...memoryChart(growth)]
}

const logarithmic = (domain?: readonly number[]) => ({
  type: 'log',
  ...(domain ? { domain, nice: false } : {}),
})

function timeChart({ contestants, textBytes, time, bounds }: Growth): ChartSpec[] {
  const rows = time.filter(({ seconds }) => seconds !== null)
  if (rows.length === 0) return []
  const ids = contestants.map(({ id }) => id)
  const values = rows.map(({ contestant, n, seconds }) => ({ contestant, n, ms: 1000 * seconds! }))
  const sizes = [...new Set(time.map(({ n }) => n))]
  const last = Math.max(...sizes)
  const labels = ids.flatMap((id) => {
    const own = rows.filter(({ contestant }) => contestant === id)
    const { n, seconds } = own.at(-1) ?? {}
    if (n === undefined) return []
    return [{ n, ms: 1000 * seconds!, label: `${id}${exponentWords(own)}` }]
  })
  const x = {
    field: 'n',
    type: 'quantitative',
    title: 'n, the number of optional and of required letters',
    // Room for the words at the right.
    scale: logarithmic([Math.min(...sizes), last * 2]),
    axis: { values: sizes, labelOverlap: false },
  }
  const powers = decades(values.map(({ ms }) => ms))
  const y = {
    field: 'ms',
    type: 'quantitative',
    title: `processor time of one search through ${textBytes.toLocaleString('en')} letters, ms`,
    scale: logarithmic(),
    // The theme's count would leave out every other one.
    axis: { values: powers, tickCount: powers.length, format: '~g' },
  }
  const color = { field: 'contestant', type: 'nominal', sort: ids, title: 'engine', legend: null }
  const encoding = { x, y, color }
  return [
    {
      name: 'growth-time',
      title: 'Time by size of the pattern: x*(a?){n}(a){n}b on a text of the letter a',
      description:
        `Both axes are logarithmic. All engines answer that there is no match. ${versions(contestants)}. ` +
        'Beside each line the power of n with which its time grew over the last two steps. Compiling is left out; ' +
        'each search makes its lazy automaton anew.' +
        (rows.length < time.length ? ` What took more than ${bounds.seconds} s is not shown.` : ''),
      spec: {
        layer: [
          { data: { values }, mark: { type: 'line', point: true }, encoding },
          {
            data: { values: apart(labels, powers.length) },
            mark: { type: 'text', style: 'label', dx: 10 },
            encoding: { x, y, text: { field: 'label' } },
          },
        ],
      },
      table: {
        columns: ['n', ...ids.map((id) => `${id}, ms`)],
        rows: sizes.map((n) => [n, ...ids.map((id) => milliseconds(time, id, n))]),
      },
    },
  ]
}

function milliseconds(time: readonly TimePoint[], id: string, n: number): number | string | null {
  const point = time.find((one) => one.contestant === id && one.n === n)
  if (point === undefined) return null
  return point.seconds === null ? `${point.outcome}: ${point.why}` : 1000 * point.seconds
}

/** `, n^2.1` over the last two steps. */
function exponentWords(points: readonly TimePoint[]): string {
  const to = points.at(-1)!
  const from = points.at(-3) ?? points[0]!
  if (from.n === to.n) return ''
  const exponent = Math.log(to.seconds! / from.seconds!) / Math.log(to.n / from.n)
  return `: ${number.format(1000 * to.seconds!)} ms, n^${exponent.toFixed(1)}`
}

/** Labels at one place of the other axis, moved up where they would lie on one another; the axis has 300 pixels. */
function apart<T extends { readonly ms: number }>(labels: readonly T[], powers: number): T[] {
  const step = 10 ** ((18 / 300) * powers)
  let least = 0
  return labels
    .toSorted((a, b) => a.ms - b.ms)
    .map((label) => {
      const ms = Math.max(label.ms, least)
      least = step * ms
      return { ...label, ms }
    })
}

/** Some versions begin with the name. */
const versions = (contestants: Growth['contestants']): string =>
  contestants
    .map(({ id, version }) => (version.toLowerCase().startsWith(id) ? version : `${id} ${version}`))
    .join(', ')

/** Powers of ten from below the least to above the largest. */
function decades(values: readonly number[]): number[] {
  const from = Math.floor(Math.log10(Math.min(...values)))
  const to = Math.ceil(Math.log10(Math.max(...values)))
  return Array.from({ length: to - from + 1 }, (_, k) => 10 ** (from + k))
}

const SHAPES: Readonly<Record<Outcome, string>> = {
  matched: 'circle',
  refused: 'cross',
  crashed: 'triangle-down',
  'cut off': 'triangle-up',
}

const OUTCOME_WORDS: Readonly<Record<Outcome, (bounds: Growth['bounds']) => string>> = {
  matched: () => '',
  refused: () => ' Refused: with the memory taken till then.',
  crashed: () => ' Crashed: the process ended by a fault of its own.',
  'cut off': ({ bytes, seconds }) => ` Cut off: the process was ended at ${bytes >> 20} MiB or ${seconds} s.`,
}

function memoryChart({ contestants, memory, bounds }: Growth): ChartSpec[] {
  if (memory.length === 0) return []
  const ids = contestants.map(({ id }) => id)
  const outcomes = (Object.keys(SHAPES) as Outcome[]).filter((one) =>
    memory.some(({ outcome }) => one === outcome),
  )
  const rows = memory.map((point) => ({
    ...point,
    megabytes: Math.max(LEAST_MEGABYTES, point.bytes / 1e6),
  }))
  const bombs = rows.filter(({ contestant, n }) => n === null && contestant === ids[0])
  const left = Math.min(...rows.map(({ positions }) => positions)) / 1.6
  const right = Math.max(...rows.map(({ positions }) => positions)) * 1.6
  const powers = decades([left, right]).filter((power) => power >= left && power <= right)
  const x = {
    field: 'positions',
    type: 'quantitative',
    title: 'positions of the pattern when its bounds are multiplied out',
    scale: logarithmic([left, right]),
    axis: { values: powers, tickCount: powers.length, format: ',d' },
  }
  const y = {
    field: 'megabytes',
    type: 'quantitative',
    title: `memory to compile the pattern and match 300 letters, MB (least shown: ${LEAST_MEGABYTES})`,
    scale: logarithmic([LEAST_MEGABYTES * 0.8, NAMES_AT * 1.3]),
    axis: { values: [1, 10, 100, 1000], format: '~g' },
  }
  const color = { field: 'contestant', type: 'nominal', sort: ids, title: 'engine' }
  const shape = {
    field: 'outcome',
    type: 'nominal',
    sort: outcomes,
    scale: { domain: outcomes, range: outcomes.map((one) => SHAPES[one]) },
    title: 'outcome',
  }
  // Side by side, where engines come to the same figure.
  const layers = ids.flatMap((id, k) => {
    const own = rows.filter(({ contestant }) => contestant === id)
    const line = own.filter(({ n, outcome }) => n !== null && outcome !== 'refused')
    const xOffset = 8 * (k - (ids.length - 1) / 2)
    return [
      { data: { values: line }, mark: { type: 'line', xOffset }, encoding: { x, y, color } },
      {
        data: { values: own },
        mark: { type: 'point', size: 75, xOffset },
        encoding: { x, y, color, shape },
      },
    ]
  })
  return [
    {
      name: 'growth-memory',
      title: 'Memory by size of the pattern: nested bounds (a{n}){n}, and two bombs',
      description:
        `Both axes are logarithmic. ${versions(contestants)}. Peak of a process that compiles the pattern and matches ` +
        '300 letters, less the peak of one that compiles the letter a; points of one pattern stand side by side.' +
        outcomes.map((one) => OUTCOME_WORDS[one](bounds)).join(''),
      spec: {
        layer: [
          {
            data: { values: bombs },
            mark: { type: 'rule', style: 'muted', strokeDash: [2, 4] },
            encoding: { x },
          },
          {
            data: { values: bombs.map((bomb) => ({ ...bomb, megabytes: NAMES_AT })) },
            mark: { type: 'text', style: 'note', align: 'right', dx: -8 },
            encoding: { x, y, text: { field: 'pattern' } },
          },
          {
            data: { values: [{ megabytes: BUDGET }] },
            mark: { type: 'rule', style: 'limit' },
            encoding: { y },
          },
          {
            data: {
              values: [{ megabytes: BUDGET, positions: left }],
            },
            mark: { type: 'text', style: 'limit-label' },
            encoding: { x, y, text: { value: BUDGET_WORDS } },
          },
          ...layers,
        ],
      },
      table: {
        columns: ['pattern', 'positions', ...ids.map((id) => `${id}, MB`)],
        rows: [...new Set(memory.map(({ pattern }) => pattern))].map((pattern) => [
          pattern,
          memory.find((point) => point.pattern === pattern)!.positions,
          ...ids.map((id) => words(memory.find((one) => one.contestant === id && one.pattern === pattern)!)),
        ]),
      },
    },
  ]
}

function words({ bytes, outcome, why }: MemoryPoint): string {
  const megabytes = number.format(bytes / 1e6)
  return why === null ? megabytes : `${megabytes}, ${outcome}${why === outcome ? '' : `: ${why}`}`
}
