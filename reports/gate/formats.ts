/** A gate's document for other programs: GitHub's annotation, JUnit's XML, Bencher's metrics. */
import type { GateBenchmark, GateDocument } from '../../sims/bench/gate/document.ts'
import { clean, escapeXml } from '../wording/escape.ts'
import { besideTime, letThrough, timesBase } from './wording.ts'

/** One line for the whole gate: a step may show ten, and silently drops the rest. */
export function gateAnnotation({ verdict, headline, repeat }: GateDocument): string {
  const level = { pass: 'notice', fail: 'error', undecided: 'warning', unmeasured: 'error' }[verdict]
  const text = clean(`${headline}. Again: ${repeat}`)
    .replaceAll('%', '%25')
    .replaceAll('\r', '%0D')
    .replaceAll('\n', '%0A')
  return `::${level} title=Speed gate%3A ${verdict}::${text}`
}

const FAILED = new Set<GateBenchmark['outcome']>(['fail', 'refused'])
const SKIPPED = new Set<GateBenchmark['outcome']>(['undecided', 'accepted', 'new', 'gone', 'changed'])

/** A benchmark is a test case, and so is each control. */
export function gateJunit({
  benchmarks,
  controls,
  notMeasured,
  verdict,
  repeat,
  seconds,
}: GateDocument): string {
  const open = (name: string): string => `    <testcase classname="gate" name="${escapeXml(name)}"`
  const cases = benchmarks.map((benchmark) => {
    const { id, outcome, why, notes } = benchmark
    const measured = [timesBase(benchmark), besideTime(benchmark)].filter((text) => text !== null)
    const through = [letThrough(benchmark)].filter((text) => text !== null)
    const beside = measured.map((text) => `head / base ${text}`)
    const message = escapeXml([why, ...through, ...beside, ...notes].join('; '))
    if (FAILED.has(outcome))
      return `${open(id)}>\n      <failure type="${outcome}" message="${message}"/>\n    </testcase>`
    if (SKIPPED.has(outcome))
      return `${open(id)}>\n      <skipped message="${outcome}: ${message}"/>\n    </testcase>`
    return `${open(id)}>\n      <system-out>${message}</system-out>\n    </testcase>`
  })
  for (const { id, why } of notMeasured) {
    cases.push(`${open(id)}>\n      <skipped message="not measured: ${escapeXml(why)}"/>\n    </testcase>`)
  }
  for (const [i, { of, benchmark, ok, said }] of controls.entries()) {
    const name = `control ${i + 1}: ${of} of ${benchmark}`
    cases.push(
      ok
        ? `${open(name)}/>`
        : `${open(name)}>\n      <failure type="control" message="${escapeXml(said)}"/>\n    </testcase>`,
    )
  }
  const counted = (part: string): number => cases.filter((one) => one.includes(part)).length
  const counts = `tests="${cases.length}" failures="${counted('<failure')}" skipped="${counted('<skipped')}"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="speed gate" ${counts} time="${seconds.toFixed(1)}">`,
    ...cases,
    `    <system-out>${escapeXml(`${verdict}; again: ${repeat}`)}</system-out>`,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

interface Measure {
  readonly value: number
  readonly lower_value?: number
  readonly upper_value?: number
}

/** Bencher Metric Format (bencher.dev/bmf.json): what was timed or counted, by benchmark and measure. */
export function gateBencher({ benchmarks }: GateDocument): string {
  const metrics = benchmarks.flatMap(({ id, ratio, low, high, memory, timing, counters }) => {
    const measures: Record<string, Measure> = {}
    if (ratio !== null && low !== null && high !== null) {
      measures['time-against-base'] = { value: ratio, lower_value: low, upper_value: high }
    }
    if (memory !== null) {
      measures['memory-against-base'] = {
        value: memory.ratio,
        lower_value: memory.low,
        upper_value: memory.high,
      }
    }
    if (timing !== null) measures['p95-against-base'] = { value: timing.p95 }
    for (const { name, head } of counters) measures[name] = { value: head }
    return Object.keys(measures).length === 0 ? [] : [[id, measures] as const]
  })
  return `${JSON.stringify(Object.fromEntries(metrics))}\n`
}
