/** Stands in for the sim `mm-c` until it is there. */
import { z } from 'zod'
import { defineSim, type Measures, type Sim } from '../../../sim.ts'
import { duration, integer, rate, uncertain } from '../quantity.ts'
const never = (): never => {
  throw new Error('never')
}
const sim = defineSim({
  name: 'mm-c',
  summary: 's',
  params: z.object({
    arrivalRate: uncertain(rate({ above: 0 })),
    serviceTime: duration({ above: 0 }),
    servers: integer({ min: 1 }),
    customers: integer({ min: 1 }).prefault('20k'),
  }),
  metrics: { meanWait: { unit: 's', label: 'w' }, utilisation: { unit: 'share', label: 'u' } },
  replicate: (): Measures => never(),
  answer: never,
  charts: never,
})
export const sims: ReadonlyMap<string, Sim> = new Map([['mm-c', sim as unknown as Sim]])
