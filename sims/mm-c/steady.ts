/** What is known of this queue's steady state before anything is simulated: its memory, and what each figure takes. */
import { steadyQueue, type SteadyKnowledge } from '../lab/analysis/theory/run-length.ts'
import type { KnownFigure, SteadyModel } from '../lab/contract/sim.ts'
import type { MmcParams } from './params.ts'

export const steady: SteadyModel<MmcParams> = {
  span: ({ span }) => span ?? null,
  warmUp: ({ warmUp }) => warmUp ?? null,
  withTimes: (params, times) => ({ ...params, ...times }),
  arrivalRate: ({ arrivalRate }) => arrivalRate,
  relaxation: (params) => knowledge(params)?.relaxation ?? null,
  known: (params, figure) => {
    const queue = knowledge(params)
    return queue && knownFigure(queue, figure)
  },
}

const knowledge = ({ arrivalRate, serviceTime, servers, serviceScv }: MmcParams): SteadyKnowledge | null =>
  steadyQueue({ arrivalRate, meanService: serviceTime, servers, serviceScv })

/** Figures that theory says nothing of are judged by how their replications scatter. */
function knownFigure(queue: SteadyKnowledge, figure: string): KnownFigure | null {
  if (figure === 'mean(wait)' || figure === 'mean(queue)') return queue.meanWait
  const [, percentile] = /^p([\d.]+)\(wait\)$/.exec(figure) ?? []
  return percentile === undefined ? null : queue.waitQuantile(Number(percentile) / 100)
}
