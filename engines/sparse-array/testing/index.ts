/** What other rooms' tests and benchmarks may use. */
export { Client, frame, frameOf } from './client.ts'
export { parseReply } from './cli-format.ts'
export { RawClient } from './served.ts'
