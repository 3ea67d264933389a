/**
 * The routing table: cluster and pod -> internal address.
 *
 * Flows hold the number of a route, so a pod that comes back at another address takes its flows with it. A whole cluster
 * may have one route (`setCluster`); a pod's own wins over it, and when that one is removed, the pod is reached by the
 * cluster's again. Whenever a pod's way changes like that, its flows are moved to the other number (`moved`), so that
 * checks, media and answers always agree on it. The number of a removed route is given to another when no flow holds
 * it any more.
 *
 * Draining: sessions end, so a pod is not cut off but given a deadline. Until then everything routes as before (new
 * sessions avoid it because signalling gives out no ufrag for it); after it, packets of it and to it are dropped as
 * `podDrained`. So they are for a removed pod that has no cluster route to fall back to.
 */
import { assertField, CLUSTER_LIMIT, POD_LIMIT, routeKeyOf } from '../hint/layout.ts'
import { assertDestination } from './destination.ts'
import { KeyMap } from './key-map.ts'

/** Keys of cluster-wide routes lie above all 28-bit keys of pods. */
const CLUSTER_WIDE = 2 ** 28

export class Routes {
  readonly capacity: number
  /** By route number: internal IPv4 address, unsigned, and port. */
  readonly address: Uint32Array
  readonly port: Uint16Array
  /** By route number: the second until which it routes; Infinity, or a draining deadline, or -Infinity once removed. */
  readonly until: Float64Array
  /** By route number: 1 where it leads to another relay, a cluster's, if those of clusters do. */
  readonly isLink: Uint8Array
  /** By route number: flows that go there. */
  readonly flows: Int32Array
  private readonly byKey = new KeyMap()
  private readonly keys: Int32Array
  private readonly linksClusters: boolean
  private readonly moved: (from: number) => void
  private used = 0

  /**
   * `capacity`: most routes at a time, removed ones counted while flows hold them. `moved` is called when flows of a
   * route may belong to another: `find` their keys again. `linksClusters`: what is for a cluster goes to its relay.
   */
  constructor(capacity = 65_536, moved: (from: number) => void = () => undefined, linksClusters = false) {
    if (!(Number.isInteger(capacity) && capacity >= 1 && capacity <= 2 ** 22)) {
      throw new RangeError(`routes must be an integer from 1 to 2^22, not ${capacity}`)
    }
    this.capacity = capacity
    this.linksClusters = linksClusters
    this.moved = moved
    this.address = new Uint32Array(capacity)
    this.port = new Uint16Array(capacity)
    this.until = new Float64Array(capacity)
    this.isLink = new Uint8Array(capacity)
    this.flows = new Int32Array(capacity)
    this.keys = new Int32Array(capacity)
  }

  /**
   * Sets a pod's internal address; new, moved, or back from draining.
   * @throws RangeError for a field out of range, an address or a port that no datagram reaches, or a table that is full.
   */
  setPod(cluster: number, pod: number, address: number, port: number): void {
    const key = this.podKey(cluster, pod)
    const shared = this.byKey.get(CLUSTER_WIDE + cluster)
    this.set(key, address, port)
    if (shared >= 0 && this.flows[shared]! > 0) this.moved(shared)
  }

  /**
   * Sets where all pods of a cluster without a route of their own are reached: one address that stands for them, or,
   * at a relay with a link key, the cluster's own relay (`links.ts`). @throws RangeError as `setPod`.
   */
  setCluster(cluster: number, address: number, port: number): void {
    assertField('cluster', cluster, CLUSTER_LIMIT)
    this.set(CLUSTER_WIDE + cluster, address, port)
    for (let route = 0; route < this.used; route++) {
      const isOrphan = this.isRemoved(route) && this.keys[route]! >>> 16 === cluster && this.flows[route]! > 0
      if (isOrphan) this.moved(route)
    }
  }

  /**
   * Keeps routing to a pod until `deadline`, in seconds. False when it has no route of its own.
   * @throws RangeError for a field out of range, or a deadline that is no number.
   */
  drainPod(cluster: number, pod: number, deadline: number): boolean {
    const route = this.own(this.podKey(cluster, pod))
    if (Number.isNaN(deadline)) throw new RangeError('a deadline must be a number')
    if (route < 0) return false
    // What looks like a removal must not become one: its flows would stay behind.
    this.until[route] = Math.max(deadline, -Number.MAX_VALUE)
    return true
  }

  /** Stops routing to a pod by its own route at once. False when it has none. @throws RangeError as `drainPod`. */
  removePod(cluster: number, pod: number): boolean {
    const route = this.own(this.podKey(cluster, pod))
    if (route < 0) return false
    this.until[route] = -Infinity
    if (this.flows[route]! > 0 && this.own(CLUSTER_WIDE + cluster) >= 0) this.moved(route)
    return true
  }

  /** Stops routing to the pods of a cluster that have no route of their own. False when it has none. */
  removeCluster(cluster: number): boolean {
    assertField('cluster', cluster, CLUSTER_LIMIT)
    const route = this.own(CLUSTER_WIDE + cluster)
    if (route < 0) return false
    this.until[route] = -Infinity
    if (this.flows[route]! > 0) this.moved(route)
    return true
  }

  /** Flows that now go to a pod by its own route. @throws RangeError as `drainPod`. */
  flowsOfPod(cluster: number, pod: number): number {
    const route = this.own(this.podKey(cluster, pod))
    return route < 0 ? 0 : this.flows[route]!
  }

  /**
   * Route number for a hint's cluster and pod (`routeKeyOf`): the pod's, else its cluster's, else that of the one that
   * was removed; or -1.
   */
  find(key: number): number {
    const route = this.byKey.get(key)
    if (route >= 0 && !this.isRemoved(route)) return route
    const shared = this.byKey.get(CLUSTER_WIDE + (key >>> 16))
    if (shared >= 0 && !this.isRemoved(shared)) return shared
    return route >= 0 ? route : shared
  }

  private podKey(cluster: number, pod: number): number {
    assertField('cluster', cluster, CLUSTER_LIMIT)
    assertField('pod', pod, POD_LIMIT)
    return routeKeyOf(cluster, pod)
  }

  private isRemoved(route: number): boolean {
    return this.until[route] === -Infinity
  }

  /** The route of a key if it has one that was not removed; or -1. */
  private own(key: number): number {
    const route = this.byKey.get(key)
    return route < 0 || this.isRemoved(route) ? -1 : route
  }

  private set(key: number, address: number, port: number): void {
    assertDestination(address, port)
    const known = this.byKey.get(key)
    const route = known < 0 ? this.take(key) : known
    this.address[route] = address
    this.port[route] = port
    this.until[route] = Infinity
  }

  /** A number for a new route: unused, or that of a removed one without flows. */
  private take(key: number): number {
    let route = this.used
    if (route < this.capacity) this.used++
    else {
      route = this.until.findIndex((until, i) => until === -Infinity && this.flows[i] === 0)
      if (route < 0) throw new RangeError(`the routing table holds ${this.capacity} routes`)
      this.byKey.delete(this.keys[route]!)
    }
    this.byKey.set(key, route)
    this.keys[route] = key
    this.isLink[route] = this.linksClusters && key >= CLUSTER_WIDE ? 1 : 0
    return route
  }
}
