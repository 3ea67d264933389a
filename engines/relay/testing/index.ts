/** What benchmarks, other rooms' tests and checks from outside may use of the relay besides its public interface. */
export { DenyList } from '../forwarder/deny-list.ts'
export { FlowTable } from '../forwarder/flows.ts'
export type { FlowTableOptions } from '../forwarder/flows.ts'
export * as record from '../forwarder/record.ts'
export { Transactions } from '../forwarder/transactions.ts'
export { ModelForwarder } from './model/model.ts'
export type { ModelOptions, Outcome } from './model/model.ts'
