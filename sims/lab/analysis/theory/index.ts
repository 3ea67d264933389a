export { erlangB, erlangC } from './erlang.ts'
export { mg1, mh21WaitTail, mm1, mmc, mmcc, mminf } from './queues.ts'
export type { InfiniteServers, LossQueue, SteadyMarkovQueue, SteadyQueue } from './queues.ts'
