import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Job } from './job.ts'
import { Waiting } from './waiting.ts'

const sorted = (numbers: Iterable<number>): number[] => [...numbers].toSorted((a, b) => a - b)

/** A job, and whether it is taken out or put in. */
const step = fc.tuple(fc.nat(20), fc.boolean())

test('a list and a set do the same, also where what is in hand is taken out', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.nat(3), (steps, every) => {
      const jobs = Array.from({ length: 21 }, (_, seq) => ({ seq, before: null, after: null }) as Job)
      const list = new Waiting()
      const model = new Set<number>()
      for (const [seq, takesOut] of steps) {
        if (takesOut) {
          // Also what is not in it: that changes nothing.
          list.delete(jobs[seq]!)
          model.delete(seq)
        } else if (!model.has(seq)) {
          list.add(jobs[seq]!)
          model.add(seq)
        }
      }
      const seen: number[] = []
      for (const job of list) {
        seen.push(job.seq)
        if (job.seq % 4 === every) list.delete(job)
      }
      expect(sorted(seen)).toEqual(sorted(model))
      expect(sorted([...list].map(({ seq }) => seq))).toEqual(
        sorted([...model].filter((seq) => seq % 4 !== every)),
      )
    }),
  )
})
