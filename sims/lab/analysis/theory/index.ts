export { erlangB, erlangC } from './erlang.ts'
export { mg1, mm1, mmc, mmcc, mminf } from './queues.ts'
export type { InfiniteServers, LossQueue, SteadyMarkovQueue, SteadyQueue } from './queues.ts'
