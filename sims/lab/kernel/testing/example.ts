import { codeOf, event, indexOf, Kernel, NONE, type Timer } from '../kernel.ts'
import { exponential } from '../random/exponential.ts'
import { openStream } from '../random/stream.ts'
import { Resource, STARTED } from '../resource.ts'

// A help desk: a call a minute on average, two agents, and callers who hang up after two minutes in the queue.
const [ARRIVAL, DONE, HANG_UP] = [0, 1, 2]
const CLOSING = 8 * 3600

const kernel = new Kernel()
const desk = new Resource(kernel, { name: 'desk', servers: 2 })
const arrivals = openStream(7, 0, 'arrivals')
const calls = openStream(7, 0, 'calls')
const patience: Timer[] = []
const talk = (): void => kernel.after(exponential(calls, 110), event(DONE))

kernel.after(exponential(arrivals, 60), event(ARRIVAL, 0))
for (let e = kernel.next(CLOSING); e !== NONE; e = kernel.next(CLOSING)) {
  const caller = indexOf(e)
  if (codeOf(e) === ARRIVAL) {
    kernel.after(exponential(arrivals, 60), event(ARRIVAL, caller + 1))
    if (desk.request(caller) === STARTED) talk()
    else patience[caller] = kernel.arm(120, event(HANG_UP, caller))
  } else if (codeOf(e) === DONE) {
    const next = desk.release()
    if (next === NONE) continue
    kernel.cancel(patience[next]!)
    talk()
  } else {
    desk.giveUp(caller)
  }
}

const { injected, completed, queued, running, expired } = desk.flow()
console.log(`${injected} calls: ${completed} done, ${running} talking, ${queued} waiting, ${expired} hung up`)
console.log(`mean wait of those who were answered: ${desk.waits.mean.toFixed(1)} s`)
