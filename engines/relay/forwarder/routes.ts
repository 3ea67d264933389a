/**
 * The routing table: cluster and pod -> internal address.
 *
 * A route has a number for life, and flows hold the number, so a pod that comes back at another address takes its
 * flows with it. A whole cluster may have one route (its own relay, in a deployment where a relay near the user passes
 * to a relay near the pods); a pod's own route wins over it.
 *
 * Draining: sessions end, so a pod is not cut off but given a deadline. Until then everything routes as before (new
 * sessions avoid it because signalling gives out no ufrag for it); after it, packets are dropped as `podDrained`.
 */
import { assertField, CLUSTER_LIMIT, POD_LIMIT, routeKeyOf } from '../hint/layout.ts'

/** Keys of cluster-wide routes lie above all 28-bit keys of pods. */
const CLUSTER_WIDE = 2 ** 28

export class Routes {
  readonly capacity: number
  /** By route number: internal IPv4 address, unsigned, and port. */
  readonly address: Uint32Array
  readonly port: Uint16Array
  /** By route number: the second until which it routes; Infinity, or a draining deadline, or -Infinity once removed. */
  readonly until: Float64Array
  /** By route number: flows that go there. */
  readonly flows: Int32Array
  private readonly byKey = new Map<number, number>()

  /** `capacity`: most routes ever named. */
  constructor(capacity = 65_536) {
    this.capacity = capacity
    this.address = new Uint32Array(capacity)
    this.port = new Uint16Array(capacity)
    this.until = new Float64Array(capacity)
    this.flows = new Int32Array(capacity)
  }

  /**
   * Sets a pod's internal address; new, moved, or back from draining.
   * @throws RangeError for a field out of range, or a table that is full.
   */
  setPod(cluster: number, pod: number, address: number, port: number): void {
    assertField('cluster', cluster, CLUSTER_LIMIT)
    assertField('pod', pod, POD_LIMIT)
    this.set(routeKeyOf(cluster, pod), address, port)
  }

  /** Sets where all pods of a cluster without a route of their own are reached. @throws RangeError as `setPod`. */
  setCluster(cluster: number, address: number, port: number): void {
    assertField('cluster', cluster, CLUSTER_LIMIT)
    this.set(CLUSTER_WIDE + cluster, address, port)
  }

  /** Keeps routing to a pod until `deadline`, in seconds. False when it has no route of its own. */
  drainPod(cluster: number, pod: number, deadline: number): boolean {
    return this.end(routeKeyOf(cluster, pod), deadline)
  }

  /** Stops routing to a pod at once. False when it has no route of its own. */
  removePod(cluster: number, pod: number): boolean {
    return this.end(routeKeyOf(cluster, pod), -Infinity)
  }

  /** Flows that now go to a pod. */
  flowsOfPod(cluster: number, pod: number): number {
    const route = this.byKey.get(routeKeyOf(cluster, pod))
    return route === undefined ? 0 : this.flows[route]!
  }

  /** Route number for a hint's cluster and pod (`routeKeyOf`), or -1. */
  find(key: number): number {
    return this.byKey.get(key) ?? this.byKey.get(CLUSTER_WIDE + (key >>> 16)) ?? -1
  }

  private set(key: number, address: number, port: number): void {
    assertField('address', address, 2 ** 32)
    assertField('port', port, 2 ** 16)
    let route = this.byKey.get(key)
    if (route === undefined) {
      route = this.byKey.size
      if (route === this.capacity) throw new RangeError(`the routing table holds ${this.capacity} routes`)
      this.byKey.set(key, route)
    }
    this.address[route] = address
    this.port[route] = port
    this.until[route] = Infinity
  }

  private end(key: number, deadline: number): boolean {
    const route = this.byKey.get(key)
    if (route === undefined) return false
    this.until[route] = deadline
    return true
  }
}
