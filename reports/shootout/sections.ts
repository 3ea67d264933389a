/**
 * What a suite's document says, in the order in which it is read: ratios, growth, correctness, every definition, the
 * engines. A section is a title, a sentence and a table; `markdown.ts` and `page.ts` write it in their own ways.
 */
import { mediansOf } from '../../sims/bench/shootout/suite/summary.ts'
import type { ShootoutDocument } from '../../sims/bench/shootout/suite/run.ts'
import { count, headline, sentence, time } from './terminal.ts'

export type Cell = string | number | { readonly code: string }

export interface Section {
  readonly title: string
  readonly text: string
  readonly columns: readonly Cell[]
  readonly rows: readonly (readonly Cell[])[]
}

/** A pattern or a text: written as code. */
const code = (text: string): Cell => ({ code: text })
const ratio = (value: number): string =>
  value < 9.95 ? value.toFixed(2) : value.toFixed(value < 100 ? 1 : 0)

export function sections(document: ShootoutDocument): Section[] {
  return [
    ...standings(document),
    ...growth(document),
    ...patternSize(document),
    ...correctness(document),
    ...matrix(document),
    engines(document),
  ]
}

/** As it stands in a sentence. */
const quoted = (pattern: string): string => `\`${pattern.replaceAll('`', "'")}\``

/** One paragraph: who is fastest, where native Rust stands, who is exponential, who is wrong. Patterns stand in backticks. */
export function verdict({ groups, growth: patterns, cases, definitions }: ShootoutDocument): string {
  const said: string[] = []
  const [all] = groups
  if (all !== undefined) {
    const [first, second] = all.standings
    const tie = first && second && second.low <= first.high
    if (first) {
      said.push(
        `${first.engine} is ${tie ? `level with ${second.engine}` : 'fastest'} over ${all.name}: ${ratio(first.ratio)} times the best of each definition in geometric mean (${ratio(first.low)} to ${ratio(first.high)}), ${first.definitions} of ${first.of} right.`,
      )
    }
    const [ours, rust] = ['flowbench', 'rust'].map((id) => all.standings.find(({ engine }) => engine === id))
    if (ours && rust) {
      said.push(
        `Native Rust takes ${ratio(rust.ratio / ours.ratio)} times the time of flowbench by these means${rust.definitions === ours.definitions ? '' : `, over ${rust.definitions} and ${ours.definitions} definitions`}.`,
      )
    }
  }
  for (const { pattern, engines: reports } of patterns) said.push(`${headline(quoted(pattern), reports)}.`)
  const wrong = new Map<string, number>()
  for (const { engines: cells } of [...cases, ...definitions]) {
    for (const { engine, outcome } of cells)
      if (outcome === 'wrong') wrong.set(engine, (wrong.get(engine) ?? 0) + 1)
  }
  if (wrong.size > 0) {
    said.push(`Answers that differ: ${[...wrong].map(([engine, times]) => `${engine} ${times}`).join(', ')}.`)
  }
  return said.join('\n')
}

function standings({ groups }: ShootoutDocument): Section[] {
  return groups.map(({ name, standings: rows }) => {
    const head = ['engine', 'ratio to the best', '95 % interval', 'definitions', 'within 2x of the best']
    const body = rows.map(({ engine, ratio: value, low, high, definitions, of, withinTwice }) => [
      engine,
      ratio(value),
      `${ratio(low)} to ${ratio(high)}`,
      `${definitions} of ${of}`,
      `${Math.round(100 * withinTwice)} %`,
    ])
    return {
      title: name === 'compile' ? 'Compiling' : name,
      text: 'Time over that of the best engine of each definition, geometric mean.',
      columns: head,
      rows: body,
    }
  })
}

function growth({ growth: patterns }: ShootoutDocument): Section[] {
  if (patterns.length === 0) return []
  const rows = patterns.flatMap(({ pattern, engines: reports }) =>
    reports.map((report) => [
      code(pattern),
      report.engine,
      sentence(report, report.promise),
      report.findAll === null ? '' : sentence(report.findAll, report.promise),
    ]),
  )
  return [
    {
      title: 'Growth with the text',
      text: 'Each verdict with the text that showed it.',
      columns: ['pattern', 'engine', 'one match', 'all matches'],
      rows,
    },
  ]
}

function patternSize({ patternSize: rows }: ShootoutDocument): Section[] {
  if (rows.length === 0) return []
  const MiB = 2 ** 20
  const search = rows.map(({ engine, search: points, exponent }) => [
    engine,
    exponent === null ? 'none' : exponent.toFixed(2),
    points
      .map(
        ({ size, searchSeconds, outcome }) =>
          `${size}: ${searchSeconds === null ? outcome : time(searchSeconds)}`,
      )
      .join(', '),
  ])
  const compile = rows.map(({ engine, compile: points }) => [
    engine,
    ...points.map(({ outcome, compileSeconds, bytes, why }) =>
      outcome === 'done'
        ? `${time(compileSeconds!)}, ${Math.round(bytes / MiB)} MiB`
        : `${outcome}: ${why!.slice(0, 60)} (${Math.round(bytes / MiB)} MiB)`,
    ),
  ])
  return [
    {
      title: 'Growth with the pattern',
      text: 'Search of 10,000 a and a b by x*(a?){n}(a){n}b: slope against n, and time at each n.',
      columns: ['engine', 'slope', 'times'],
      rows: search,
    },
    {
      title: 'Compiling large patterns',
      text: 'Compiling, then one search: time to compile and peak of memory.',
      columns: ['engine', ...rows[0]!.compile.map(({ pattern }) => code(pattern))],
      rows: compile,
    },
  ]
}

function correctness({ cases }: ShootoutDocument): Section[] {
  if (cases.length === 0) return []
  const rows = cases.flatMap(({ id, pattern, text, engines: cells }) =>
    cells
      .filter(({ outcome }) => outcome === 'wrong' || outcome === 'failed')
      .map(({ engine, found, difference, why }) => [
        id,
        code(pattern),
        code(text),
        engine,
        found === null ? '' : found.map((span) => span.join('-')).join(' '),
        difference === null ? (why ?? '') : cause(difference),
      ]),
  )
  const right = cases.reduce(
    (sum, { engines: cells }) => sum + cells.filter(({ outcome }) => outcome === 'right').length,
    0,
  )
  return [
    {
      title: 'Correctness',
      text: `${cases.length} cases; ${right} answers right, ${rows.length} not.`,
      columns: ['case', 'pattern', 'text', 'engine', 'found', 'cause'],
      rows,
    },
  ]
}

type Difference = NonNullable<ShootoutDocument['cases'][number]['engines'][number]['difference']>

function cause({ match, theirs, right, cause: why, rule }: Difference): string {
  const span = (one: readonly [number, number] | null): string => (one === null ? 'none' : one.join('-'))
  const place = `match ${match + 1}: ${span(theirs)} for ${span(right)}`
  if (why === 'semantics') return `${place}: semantics, ${rule} allows it`
  return why === 'defect' ? `${place}: defect, no rule allows it` : 'could not be judged'
}

/** Every definition's ratio to its best, by engine. */
function matrix({ definitions, engines: all }: ShootoutDocument): Section[] {
  if (definitions.length === 0) return []
  const ids = all.map(({ id }) => id)
  const rows = definitions.map((result) => {
    const medians = mediansOf(result)
    const best = Math.min(...medians.values())
    const figure = Number.isFinite(best) ? `${(result.bytes / best / 1e6).toPrecision(3)} MB/s` : 'none'
    const perCall = result.calls > 1 ? `${((1e9 * best) / result.calls).toPrecision(3)} ns a call` : figure
    return [
      result.id,
      perCall,
      ...ids.map((id) => {
        const own = medians.get(id)
        const { outcome, difference } = result.engines.find(({ engine }) => engine === id)!
        if (own !== undefined) return ratio(own / best)
        return difference === null ? outcome : `${outcome} (${difference.cause})`
      }),
    ]
  })
  return [
    {
      title: 'Every definition',
      text: 'Median time over the best engine’s.',
      columns: ['definition', 'best', ...ids],
      rows,
    },
  ]
}

function engines({ engines: all, missing, absent, machine }: ShootoutDocument): Section {
  const rows = all.map(({ id, version, semantics, promise, called, refuses }) => [
    id,
    version,
    semantics,
    promise ?? 'none',
    called,
    refuses,
  ])
  const gone = missing.map(({ engine, why, install }) => [engine, 'not here', '', '', why, install])
  const left =
    absent.length === 0
      ? ''
      : ` ${count(absent.length)} definitions left out, since their texts are not here.`
  return {
    title: 'Engines',
    text: `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}. One contestant’s author runs this race.${left}`,
    columns: ['engine', 'version', 'semantics', 'promise', 'called', 'refuses, or what adds it'],
    rows: [...rows, ...gone],
  }
}
