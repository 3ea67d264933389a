/** Every sample of a suite: definition, group, ask, engine, outcome, round, seconds. */
import type { ShootoutDocument } from '../../sims/bench/shootout/suite/run.ts'
import { csvField } from '../wording/escape.ts'

export function samplesCsv({ definitions, growth }: ShootoutDocument): string {
  const lines = ['definition,group,ask,engine,outcome,round or bytes,seconds']
  const add = (...fields: (string | number)[]): void =>
    void lines.push(fields.map((one) => csvField(one)).join(','))
  for (const { id, group, ask, engines } of definitions) {
    for (const { engine, outcome, samples } of engines) {
      if (samples.length === 0) add(id, group, ask, engine, outcome, '', '')
      for (const [round, seconds] of samples.entries())
        add(id, group, ask, engine, outcome, round + 1, seconds)
    }
  }
  for (const { pattern, engines } of growth) {
    for (const { engine, verdict, points } of engines) {
      for (const { bytes, seconds } of points) add(pattern, 'growth', 'test', engine, verdict, bytes, seconds)
    }
  }
  return `${lines.join('\n')}\n`
}
