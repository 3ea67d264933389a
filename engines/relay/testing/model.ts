/**
 * The Forwarder once more, in the obvious way: one packet at a time, a Map keyed by address strings, objects for flows,
 * Node's Buffer methods for parsing, one AES call per ufrag. It shares no code with the Forwarder but the key
 * derivation and the constants of the layout. The fuzz test compares every verdict of the two; the benchmark measures
 * how much the batch and the typed arrays bring over it.
 *
 * It has no capacity limits and forgets no transaction before its time.
 */
import { createDecipheriv } from 'node:crypto'
import type { Decipheriv } from 'node:crypto'
import type { Reason } from '../forwarder/verdict.ts'
import type { RouteKey } from '../hint/keys.ts'

export interface ModelOptions {
  readonly keys: readonly RouteKey[]
  readonly idleTimeout: number
  readonly pendingTimeout: number
  readonly transactionTimeout: number
  readonly switchInterval: number
}

export type Outcome =
  | { readonly to: 'drop'; readonly reason: Reason }
  | { readonly to: 'pod' | 'client'; readonly address: string; readonly port: number }

interface Pod {
  address: string
  port: number
  until: number
}

interface Session {
  readonly podName: string
  /** `cluster/pod/nonce`. */
  readonly name: string
}

interface ModelFlow {
  session: Session
  confirmed: boolean
  killed: boolean
  seen: number
  switched: number
  readonly transactions: Map<string, { readonly session: Session; readonly second: number }>
}

const UFRAG = /^[A-Za-z0-9+/]{22}[AQgw]:/

const drop = (reason: Reason): Outcome => ({ to: 'drop', reason })

export class ModelForwarder {
  readonly pods = new Map<string, Pod>()
  readonly flows = new Map<string, ModelFlow>()
  private readonly options: ModelOptions
  private readonly deciphers = new Map<string, Decipheriv>()
  private readonly killed = new Map<string, number>()

  constructor(options: ModelOptions) {
    this.options = options
    for (const { rotation, key } of options.keys) {
      this.deciphers.set(rotation, createDecipheriv('aes-128-ecb', key, null).setAutoPadding(false))
    }
  }

  setPod(cluster: number, pod: number, address: string, port: number): void {
    this.pods.set(`${cluster}/${pod}`, { address, port, until: Infinity })
  }

  drainPod(cluster: number, pod: number, deadline: number): void {
    this.pods.get(`${cluster}/${pod}`)!.until = deadline
  }

  kill(cluster: number, pod: number, nonce: number, until: number): void {
    const name = `${cluster}/${pod}/${nonce}`
    this.killed.set(name, Math.max(until + this.options.idleTimeout, this.killed.get(name) ?? 0))
    for (const flow of this.flows.values()) if (flow.session.name === name) flow.killed = true
  }

  expire(now: number): void {
    for (const [name, until] of this.killed) if (until <= now) this.killed.delete(name)
    for (const [key, flow] of this.flows) {
      const timeout = flow.confirmed ? this.options.idleTimeout : this.options.pendingTimeout
      if (flow.seen + timeout <= Math.floor(now)) this.flows.delete(key)
    }
  }

  fromClient(packet: Buffer, address: string, port: number, arrival: number): Outcome {
    if (packet.length === 0) return drop('empty')
    const first = packet[0]!
    if (first < 4) return this.stunFromClient(packet, address, port, arrival)
    const media = (first >= 20 && first < 64) || (first >= 128 && first < 192)
    return media ? this.byFlow(address, port, arrival) : drop('otherProtocol')
  }

  fromPod(packet: Buffer, podAddress: string, podPort: number, arrival: number): Outcome {
    if (packet.length <= 8 || packet[0] !== 4 || packet[1] !== 0) return drop('badHeader')
    const port = packet.readUInt16BE(2)
    const address = [...packet.subarray(4, 8)].join('.')
    const inner = packet.subarray(8)
    const first = inner[0]!
    const isStun = first < 4
    if (!isStun && !(first >= 20 && first < 64) && !(first >= 128 && first < 192))
      return drop('otherProtocol')
    const flow = this.flows.get(`${address}:${port}`)
    if (flow === undefined) return drop('unknownFlow')
    const second = Math.ceil(arrival)

    if (isStun) {
      const wrong = stunFault(inner)
      if (wrong !== null) return drop(wrong)
      const type = inner.readUInt16BE(0)
      const id = inner.toString('latin1', 8, 20)
      const asked = flow.transactions.get(id)
      if ((type === 0x0101 || type === 0x0111) && asked !== undefined) {
        const pod = this.pods.get(asked.session.podName)!
        const inTime = second - asked.second <= this.options.transactionTimeout
        if (inTime && pod.address === podAddress && pod.port === podPort) {
          if (type === 0x0101) {
            if (this.killed.has(asked.session.name)) return drop('killed')
            if (asked.session.name === flow.session.name) {
              if (flow.killed) return drop('killed')
              flow.confirmed = true
            } else {
              if (second - flow.switched < this.options.switchInterval) return drop('switchLimited')
              flow.session = asked.session
              flow.confirmed = true
              flow.killed = false
              flow.switched = second
              flow.seen = Math.max(flow.seen, second)
            }
            flow.transactions.delete(id)
          }
          return { to: 'client', address, port }
        }
      }
    }
    const pod = this.pods.get(flow.session.podName)!
    if (pod.address !== podAddress || pod.port !== podPort) return drop('notFlowsPod')
    if (flow.killed) return drop('killed')
    if (!flow.confirmed && !isStun) return drop('unconfirmed')
    return { to: 'client', address, port }
  }

  private byFlow(address: string, port: number, arrival: number): Outcome {
    const flow = this.flows.get(`${address}:${port}`)
    if (flow === undefined) return drop('unknownFlow')
    if (flow.killed) return drop('killed')
    const pod = this.pods.get(flow.session.podName)!
    if (arrival >= pod.until) return drop('podDrained')
    flow.seen = Math.max(flow.seen, Math.ceil(arrival))
    return { to: 'pod', address: pod.address, port: pod.port }
  }

  private stunFromClient(packet: Buffer, address: string, port: number, arrival: number): Outcome {
    const wrong = stunFault(packet)
    if (wrong !== null) return drop(wrong)
    const type = packet.readUInt16BE(0)
    if (type === 0x0101 || type === 0x0111 || type === 0x0011) return this.byFlow(address, port, arrival)
    if (type !== 0x0001) return drop('notBinding')
    const username = usernameOf(packet)
    if (username === null || username === undefined) {
      return drop(username === null ? 'noUsername' : 'badAttribute')
    }
    if (username.length < 24 || username[23] !== ':') return drop('badUfrag')
    if (!/^[A-Za-z0-9+/]/.test(username)) return drop('badUfrag')
    const decipher = this.deciphers.get(username.charAt(0))
    if (decipher === undefined) return drop('unknownKey')
    if (!UFRAG.test(username)) return drop('badUfrag')

    const block = decipher.update(username.slice(1, 23), 'base64', 'hex')
    // 12 bits cluster, 16 pod, 28 redundancy, 40 nonce, 32 redundancy: in hex digits 3, 4, 7, 10, 8.
    if (block.slice(7, 14) !== 'f6c6f77' || block.slice(24) !== '686e7431') return drop('badRedundancy')
    const podName = `${Number.parseInt(block.slice(0, 3), 16)}/${Number.parseInt(block.slice(3, 7), 16)}`
    const name = `${podName}/${Number.parseInt(block.slice(14, 24), 16)}`
    const session: Session = { podName, name }

    const pod = this.pods.get(podName)
    if (pod === undefined) return drop('unknownPod')
    if (arrival >= pod.until) return drop('podDrained')
    if (this.killed.has(name)) return drop('killed')
    const key = `${address}:${port}`
    const second = Math.ceil(arrival)
    let flow = this.flows.get(key)
    if (flow === undefined) {
      flow = {
        session,
        confirmed: false,
        killed: false,
        seen: second,
        switched: -Infinity,
        transactions: new Map(),
      }
      this.flows.set(key, flow)
    } else if (flow.session.name === name) {
      if (flow.killed) return drop('killed')
      flow.seen = Math.max(flow.seen, second)
    }
    if (!flow.confirmed || flow.session.name !== name) {
      flow.transactions.set(packet.toString('latin1', 8, 20), { session, second })
    }
    return { to: 'pod', address: pod.address, port: pod.port }
  }
}

function stunFault(packet: Buffer): Reason | null {
  if (packet.length < 20) return 'badLength'
  if (packet.readUInt32BE(4) !== 0x2112a442) return 'badCookie'
  const length = packet.readUInt16BE(2)
  return length % 4 === 0 && length === packet.length - 20 ? null : 'badLength'
}

/** USERNAME; null when there is none before the message's integrity, undefined when an attribute is malformed. */
function usernameOf(packet: Buffer): string | null | undefined {
  let at = 20
  while (at < packet.length) {
    const type = packet.readUInt16BE(at)
    const length = packet.readUInt16BE(at + 2)
    const next = at + 4 + Math.ceil(length / 4) * 4
    if (next > packet.length) return undefined
    if (type === 0x0006) return length < 509 ? packet.toString('latin1', at + 4, at + 4 + length) : undefined
    if (type === 0x0008 || type === 0x001c || type === 0x8028) return null
    at = next
  }
  return null
}
