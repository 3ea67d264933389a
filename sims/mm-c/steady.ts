/** What is known of this queue's steady state before anything is simulated: its memory, and what each figure takes. */
import { erlangA, mmc } from '../lab/analysis/theory/index.ts'
import { steadyQueue, type SteadyKnowledge } from '../lab/analysis/theory/run-length.ts'
import { parseQuantity } from '../lab/contract/quantity.ts'
import type { KnownFigure, SteadyModel } from '../lab/contract/sim.ts'
import { profileOf } from './arrivals.ts'
import { offeredLoad, type MmcParams } from './params.ts'

export const steady: SteadyModel<MmcParams> = {
  span: ({ span }) => span ?? null,
  warmUp: ({ warmUp }) => warmUp ?? null,
  withTimes: (params, times) => ({ ...params, ...times }),
  arrivalRate: ({ arrivalRate }) => arrivalRate,
  refuses: (params) =>
    profileOf(params) === null
      ? null
      : `a queue that follows ${params.load === undefined ? 'the day' : 'a load'} has no steady state`,
  relaxation: (params) => knowledge(params)?.relaxation ?? null,
  known: (params, figure) => {
    const queue = knowledge(params)
    return queue && knownFigure(params, queue, figure)
  },
}

const knowledge = ({
  arrivalRate,
  serviceTime,
  servers,
  serviceScv,
  patience,
  waitingRoom,
}: MmcParams): SteadyKnowledge | null =>
  steadyQueue({
    arrivalRate,
    meanService: serviceTime,
    servers,
    serviceScv,
    ...(patience === undefined ? {} : { meanPatience: patience }),
    ...(waitingRoom === undefined ? {} : { room: waitingRoom }),
  })

/** Figures that theory says nothing of are judged by how their replications scatter. */
function knownFigure(params: MmcParams, queue: SteadyKnowledge, figure: string): KnownFigure | null {
  if (figure === 'mean(wait)' || figure === 'mean(queue)') return queue.meanWait
  if (figure === 'abandoned') return queue.abandoned
  if (figure === 'lost') return queue.lost
  if (figure === 'mean(urgentWait)') return queue.meanWait
  if (figure === 'mean(otherWait)') return slower(queue.meanWait, params.urgentShare * offeredLoad(params))
  const [, percentile] = /^p([\d.]+)\(wait\)$/.exec(figure) ?? []
  if (percentile !== undefined) return queue.waitQuantile(Number(percentile) / 100)
  const [, limit] = /^share\(wait [<>]=? (.+)\)$/.exec(figure) ?? []
  const beyond = limit === undefined ? null : beyondLimit(params, limit)
  return beyond === null || beyond === 0 ? null : queue.share(beyond)
}

/** The others are served only in the time that the urgent leave them, so what is known of the queue takes longer of them. */
const slower = (known: KnownFigure | null, urgentLoad: number): KnownFigure | null =>
  known && urgentLoad < 1 ? { ...known, variance: known.variance / (1 - urgentLoad) } : null

/** Share of customers who wait longer than this, by theory; null where that has no form. */
function beyondLimit(params: MmcParams, text: string): number | null {
  const { arrivalRate, serviceTime, servers, serviceScv, patience, waitingRoom, urgentShare } = params
  const limit = parseQuantity(text, 's')
  if (!limit.ok || serviceScv !== 1 || waitingRoom !== undefined || urgentShare > 0) return null
  const queue =
    patience === undefined
      ? mmc(arrivalRate, serviceTime, servers)
      : erlangA(arrivalRate, serviceTime, servers, patience)
  return queue && queue.waitTail(limit.value)
}
