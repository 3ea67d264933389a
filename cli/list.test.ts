import { expect, it } from 'vitest'
import { sims } from '../sims/index.ts'
import { leaves } from '../sims/lab/run/scenario/shape.ts'
import { describeSim } from './describe-sim.ts'

it.each([...sims.keys()])('describes %s: every parameter and figure, with unit and default', (name) => {
  const sim = sims.get(name)!
  const text = describeSim(sim)
  expect(text.startsWith(`${name}: ${sim.summary}`)).toBe(true)
  const [, parameters, metrics] = /\nparameters\n(.*?)\n\n.*metrics\n(.*)$/s.exec(text)!
  const first = (block: string): string[] => block.split('\n').map((line) => line.trim().split(' ')[0]!)
  for (const { path } of leaves(sim.params)) expect(first(parameters!)).toContain(path)
  for (const metric of Object.keys(sim.metrics)) expect(metrics).toContain(metric)
  for (const observation of Object.keys(sim.observations ?? {})) expect(text).toContain(`  ${observation} `)
  expect(text).not.toMatch(/undefined|\[object|NaN/)
})

it.each([...sims.keys()])(
  'names all that a parameter of %s may be, where names are what it takes',
  (name) => {
    const { params } = sims.get(name)!
    const text = describeSim(sims.get(name)!)
    for (const { path, schema } of leaves(params)) {
      const refused = schema.safeParse('none of these').error?.issues[0]
      if (refused?.code !== 'invalid_value') continue
      expect(text.split('\n').find((line) => line.startsWith(`  ${path} `))).toContain(
        refused.values.join(', '),
      )
    }
  },
)

it('says what the parameters of a queue are measured in, and what they are when nobody says', () => {
  const text = describeSim(sims.get('mm-c')!)
  expect(text).toMatch(/^ {2}servers +servers +\S+ +\S/m)
  expect(text).toMatch(/^ {2}serviceTime +s.* +\S+ +\S/m)
  expect(text).toContain('observations: mean(NAME), p99(NAME)')
})
