/** The answer in one sentence: who is fastest where speed was measured, who is not linear where growth was. */
import type { Answer, Results } from '../lab/contract/sim.ts'
import { ENGINE_IDS } from './metrics.ts'
import type { ShootoutParams } from './params.ts'

export function answer({ chosen }: Results<ShootoutParams>): Answer {
  const nothing = { value: null, estimate: null, unit: 'count', low: null, high: null, breaksFirst: null }
  if (!chosen) return { ...nothing, text: 'Nothing was measured.' }
  const { metrics } = chosen
  const value = (name: string): number | null => metrics[name]?.value ?? null
  const ratios = ENGINE_IDS.flatMap((id) => {
    const ratio = value(`ratio(${id})`)
    return ratio === null ? [] : [{ id, ratio }]
  }).toSorted((a, b) => a.ratio - b.ratio)
  const [first, second] = ratios
  if (first) {
    const { low, high } = metrics[`ratio(${first.id})`]!
    const then = second ? `, then ${second.id} at ${second.ratio.toFixed(2)}` : ''
    const text = `${first.id} is fastest: ${first.ratio.toFixed(2)} times the best of each definition in geometric mean${then}.`
    return { ...nothing, text, value: first.ratio, low, high }
  }
  const patterns = value('patterns') ?? 0
  const bad = ENGINE_IDS.flatMap((id) => {
    const count = value(`notLinear(${id})`)
    return count === null || count === 0 ? [] : [`${id} on ${count}`]
  })
  const measured = ENGINE_IDS.some((id) => value(`notLinear(${id})`) !== null)
  if (measured) {
    const text = `Of ${patterns} patterns, not linear: ${bad.join(', ') || 'no engine on any'}.`
    return { ...nothing, text, value: value('notLinear(flowbench)') }
  }
  if (chosen.params.patterns.length === 0) {
    return { ...nothing, text: 'Speed is measured on real engines only: run it with --live.' }
  }
  const exponential = value('exponential')
  const text = `A plain backtracking matcher takes exponentially many steps on ${exponential} of ${patterns} patterns, and more than linearly many on ${value('superlinear')}.`
  const left = chosen.params.patterns.length - patterns
  const without = left > 0 ? ` Left out: ${left} that could not be read, or not looked into to the end.` : ''
  const live = ' What engines make of them is measured with --live.'
  return { ...nothing, text: text + without + live, value: exponential }
}
