/**
 * The process whose disk writes are recorded: accepts with idempotency keys and outcomes, through the store and its
 * thread. Each line on stdout is a promise, written when the store says that something is durable: `a SEQ KEY` a
 * message is accepted, `d SEQ` its delivery is recorded. It dies without closing anything.
 */
import { writeSync } from 'node:fs'
import { DELIVERED } from '../io/store/schema.ts'
import { Store } from '../io/store/store.ts'

const SENDERS = 8

const [dir = '', synchronous = 'FULL', count = '400'] = process.argv.slice(2)
const store = await Store.open(dir, {
  synchronous: synchronous as 'FULL',
  mergeAt: 100,
  checkpointPages: 60,
})
let sent = 0
async function sender(): Promise<void> {
  while (sent < Number(count)) {
    const key = `key-${sent++}`
    const data = JSON.stringify({ id: key, pad: 'x'.repeat(sent % 700) })
    const result = await store.ask('accept', {
      endpoint: 1,
      type: 'batch.succeeded',
      key,
      data,
      now: Date.now(),
    })
    if (!('seq' in result)) throw new Error('a key of its own was refused')
    const { seq } = result
    writeSync(1, `a ${seq} ${key}\n`)
    const outcome = {
      seq,
      state: DELIVERED,
      tries: 0,
      attempts: 1,
      due: Date.now(),
      since: null,
      at: Date.now(),
      status: 200,
      error: null,
    }
    if (sent % 3 === 0) {
      await store.ask('save', outcome)
      writeSync(1, `d ${seq}\n`)
    }
  }
}
await Promise.all(Array.from({ length: SENDERS }, sender))
process.kill(process.pid, 'SIGKILL')
