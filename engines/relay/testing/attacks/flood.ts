/**
 * One genuine ufrag from one host, two addresses and all their ports, while new clients set up their calls. A client
 * checks, and again every 500 ms, until an answer reaches it; the pod answers after `roundTrip`. How many of them have
 * media going within two seconds?
 */
import { PODS, Stage } from './stage.ts'

const SECONDS = 12
const PATIENCE = 2
const CLIENTS_PER_SECOND = 50
const RETRANSMISSION = 0.5
const FLOOD_POD = 15

export interface FloodResult {
  readonly clients: number
  readonly confirmed: number
  readonly flood: number
  readonly tableFull: number
  readonly mostFlows: number
}

export interface FloodOptions {
  /** Packets of the flood per second. */
  readonly rate: number
  /** Seconds from a check at the relay to its answer there. */
  readonly roundTrip?: number
  readonly seconds?: number
}

interface Client {
  readonly address: number
  readonly pod: number
  readonly ufrag: string
  readonly start: number
  isConfirmed: boolean
}

export function flood({ rate, roundTrip = 0.01, seconds = SECONDS }: FloodOptions): FloodResult {
  const stage = new Stage()
  const { forwarder } = stage
  const genuine = stage.ufrag(FLOOD_POD, 0)
  const clients: Client[] = []
  /** In order of time, as all of a kind come equally late. */
  const answers: { readonly at: number; readonly client: Client; readonly transaction: number }[] = []
  const checks: { readonly at: number; readonly client: Client }[] = []
  let sent = 0
  let mostFlows = 0
  const check = (client: Client, now: number): void => {
    if (client.isConfirmed || now > client.start + PATIENCE) return
    const transaction = stage.check(client.ufrag, client.address, 5000, now)
    if (transaction > 0) answers.push({ at: now + roundTrip, client, transaction })
    checks.push({ at: now + RETRANSMISSION, client })
  }
  // The flood comes in millisecond ticks, and has had two seconds to fill what it can.
  const perTick = rate / 1000
  for (let tick = 0; tick < seconds * 1000; tick++) {
    const now = tick / 1000
    for (; sent < perTick * (tick + 1); sent++) {
      stage.check(genuine, 0xc6336400 + (sent & 1), 1 + ((sent >> 1) % 65_535), now)
    }
    for (; answers.length > 0 && answers[0]!.at <= now; answers.shift()) {
      const { client, transaction } = answers[0]!
      const reaches = stage.answer(client.pod, transaction, client.address, 5000, now)
      if (reaches && now <= client.start + PATIENCE) {
        client.isConfirmed ||= stage.media(client.address, 5000, now) === client.pod
      }
    }
    for (; checks.length > 0 && checks[0]!.at <= now; checks.shift()) check(checks[0]!.client, now)
    const isOpen = now >= 2 && now < seconds - PATIENCE
    if (isOpen && tick % (1000 / CLIENTS_PER_SECOND) === 0) {
      const nonce = 1 + clients.length
      const pod = nonce % (PODS - 1)
      const client = {
        address: 0x0b000000 + nonce,
        pod,
        ufrag: stage.ufrag(pod, nonce),
        start: now,
        isConfirmed: false,
      }
      clients.push(client)
      check(client, now)
    }
    if (forwarder.flowCount > mostFlows) mostFlows = forwarder.flowCount
    if (tick % 1000 === 0) forwarder.expire(now)
  }
  return {
    clients: clients.length,
    confirmed: clients.filter(({ isConfirmed }) => isConfirmed).length,
    flood: sent,
    tableFull: forwarder.counters().dropped.tableFull,
    mostFlows,
  }
}
