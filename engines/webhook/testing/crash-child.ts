/**
 * The process that gets killed: a whole server on a folder, told what to do by its arguments. Prints the ready line as
 * the command does. `small` limits bring merges and checkpoints into a round of a second; `usual` are a server's own.
 */
import { serveWebhooks } from '../io/serve.ts'
import { TESTING_POLICY } from './policy.ts'
import type { FaultPlan } from '../io/fault.ts'

const [dir = '', limits, point, passing] = process.argv.slice(2)
const fault = point === undefined ? {} : { fault: { point, passing: Number(passing) } as FaultPlan }
const { http } = await serveWebhooks({
  dir,
  port: 0,
  allowCidr: ['127.0.0.0/8'],
  policies: [TESTING_POLICY],
  store: { ...(limits === 'small' && { mergeAt: 64, checkpointPages: 64 }), ...fault },
})
process.stdout.write(`${JSON.stringify({ url: http.url })}\n`)
