/**
 * The faults that this relay has had, each as the change of a line or two that brings it back. The numbers are those of
 * the list of faults in the README; a number may have several, since a fault stands for its kind.
 */
export interface PlantedFault {
  readonly fault: number
  readonly name: string
  /** Below `engines/relay/`. */
  readonly file: string
  /** Stands once in the file. */
  readonly from: string
  readonly to: string
}

const forwarder = (file: string): string => `forwarder/${file}.ts`

export const FAULTS: readonly PlantedFault[] = [
  {
    fault: 1,
    name: 'a pod that restarts counts from 0',
    file: 'hint/nonces.ts',
    from: 'this.epoch * COUNT_LIMIT + this.count++',
    to: 'this.count++',
  },
  {
    fault: 1,
    name: 'a key seals hints to any cluster',
    file: 'hint/key-ring.ts',
    from: 'const isForeign = cluster >= 0 && ',
    to: 'const isForeign = cluster > 4096 && ',
  },
  {
    fault: 2,
    name: 'one ufrag fills the table',
    file: forwarder('client-checks'),
    from: 'state.evict(flows.sessions.surplusPending(routeKey, nonceHigh, nonceLow, state.flowsPerSession))',
    to: '',
  },
  {
    fault: 2,
    name: 'a full table refuses newcomers for the sake of pending flows',
    file: forwarder('client-checks'),
    from: 'if (flows.pending.oldest < 0) return -1',
    to: 'return -1',
  },
  {
    fault: 2,
    name: 'media pass, and keep a flow, before any answer',
    file: forwarder('client-side'),
    from: 'else if (!isStun) return verdict.UNCONFIRMED',
    to: 'else words[at + SEEN] = Math.ceil(arrival)',
  },
  {
    fault: 2,
    name: 'replayed checks push out the client’s live flow',
    file: forwarder('sessions'),
    from: 'words[a + SEEN]! < words[b + SEEN]!',
    to: 'words[a + SEEN]! <= words[b + SEEN]!',
  },
  {
    fault: 2,
    name: 'a refreshed pending flow is spared',
    file: forwarder('sessions'),
    from: 'oldest = flow\n',
    to: 'if (oldest < 0 || this.words[flow * RECORD + SEEN]! < this.words[oldest * RECORD + SEEN]!) oldest = flow\n',
  },
  {
    fault: 3,
    name: 'the switch limit protects the thief too',
    file: forwarder('ownership'),
    from: 'if (isReturn) return RETURN',
    to: 'if (isReturn && now - this.switched[flow]! >= this.interval) return RETURN',
  },
  {
    fault: 3,
    name: 'newcomers do not back off',
    file: forwarder('ownership'),
    from: 'const GROWTH = 4',
    to: 'const GROWTH = 1',
  },
  {
    fault: 3,
    name: 'switches are told apart by whole seconds',
    file: forwarder('ownership'),
    from: 'return now - this.switched[flow]! < wait',
    to: 'return second - Math.ceil(this.switched[flow]!) < wait',
  },
  {
    fault: 4,
    name: 'the newest check is overwritten, not the oldest',
    file: forwarder('transactions'),
    from: 'this.oldest = entry + ENTRY === words.length ? 0 : entry + ENTRY',
    to: 'this.oldest = entry + ENTRY === words.length ? entry : entry + ENTRY',
  },
  {
    fault: 4,
    name: 'at second 0 and before nothing is remembered',
    file: forwarder('transactions'),
    from: 'return entry >= 0 && second',
    to: 'return entry >= 0 && this.words[entry + SECOND]! > 0 && second',
  },
  {
    fault: 5,
    name: "a new pod's flows stay with its cluster",
    file: forwarder('routes'),
    from: 'if (shared >= 0 && this.flows[shared]! > 0) this.moved(shared)',
    to: '',
  },
  {
    fault: 5,
    name: "a removed pod does not fall back to its cluster's route",
    file: forwarder('routes'),
    from: 'if (route >= 0 && !this.isRemoved(route)) return route',
    to: 'if (route >= 0) return route',
  },
  {
    fault: 5,
    name: 'routes are counted for ever',
    file: forwarder('routes'),
    from: 'until === -Infinity && this.flows[i] === 0',
    to: 'until === -Infinity && this.flows[i] === -1',
  },
  {
    fault: 6,
    name: 'a removed pod wins a live flow by its answer',
    file: forwarder('pod-side'),
    from: 'this.isFrom(batch, slot, route, isLinked) && arrival < routes.until[route]! ? entry',
    to: 'this.isFrom(batch, slot, route, isLinked) ? entry',
  },
  {
    fault: 6,
    name: "a removed pod's packets pass to clients",
    file: forwarder('pod-side'),
    from: 'if (batch.arrival[slot]! >= this.state.routes.until[route]!) return verdict.POD_DRAINED',
    to: '',
  },
  {
    fault: 7,
    name: 'a link is believed without its tag',
    file: forwarder('links'),
    from: 'wrong === 0 && age',
    to: 'age',
  },
  {
    fault: 7,
    name: "the second relay drops the first's datagrams",
    file: forwarder('unwrap'),
    from: 'via[slot] = from === 0 ? NOT_GENUINE : from',
    to: 'via[slot] = NOT_GENUINE',
  },
  {
    fault: 8,
    name: 'an unproven address gets whatever its pod sends',
    file: forwarder('proof'),
    from: 'return words[at + CREDIT]! >= (isStun ? bytes : bytes + ANSWER_RESERVE)',
    to: 'return words[at + CREDIT]! > -(2 ** 30)',
  },
  {
    fault: 8,
    name: 'media use up what answers need',
    file: forwarder('proof'),
    from: '(isStun ? bytes : bytes + ANSWER_RESERVE)',
    to: 'bytes',
  },
  {
    fault: 8,
    name: "only the pod's last request proves an address",
    file: forwarder('proof'),
    from: 'if ((count & (count + 1)) !== 0) return',
    to: '',
  },
  {
    fault: 8,
    name: 'a repeated request counts as another',
    file: forwarder('proof'),
    from: 'if (before > 0 && cold',
    to: 'if (before > 255 && cold',
  },
  {
    fault: 9,
    name: 'errors of a killed session pass',
    file: forwarder('pod-side'),
    from: 'else if (this.isKilled(flow, answered))',
    to: 'else if (type === BINDING_SUCCESS && this.isKilled(flow, answered))',
  },
  {
    fault: 9,
    name: 'an ICE restart outlives the kill',
    file: forwarder('client-checks'),
    from: 'const nonceHigh = keys.nonceHigh[slot]! & SESSION_HIGH_BITS\n    const nonceLow = keys.nonceLow[slot]!\n    const offset',
    to: 'const nonceHigh = keys.nonceHigh[slot]!\n    const nonceLow = keys.nonceLow[slot]!\n    const offset',
  },
  {
    fault: 9,
    name: 'a credited flow outlives its kill',
    file: forwarder('flows'),
    from: 'if (words[at + SEEN]! <= wheel.tick) continue',
    to: 'if (words[at + SEEN]! > -(2 ** 31)) continue',
  },
  {
    fault: 10,
    name: 'a copied id takes the place of the original',
    file: forwarder('transactions'),
    from: 'if (!isSame) return false',
    to: 'if (!isSame) words[known + ROUTE_KEY] = routeKey',
  },
  {
    fault: 10,
    name: "a live client's own answer is taken for the observer's",
    file: forwarder('client-checks'),
    from: '(state & CHECKED) !== 0 && words[at + OWN_ID] === idDigest(batch, slot)',
    to: '(state & CHECKED) !== 0 && words[at + OWN_ID] === 0',
  },
  {
    fault: 11,
    name: 'flows for sources that cannot be answered',
    file: forwarder('client-checks'),
    from: 'if (!isAnswerable(batch, slot)) return verdict.BAD_SOURCE',
    to: '',
  },
  {
    fault: 11,
    name: "a length above the slot reads the neighbour's bytes",
    file: forwarder('stage-checks'),
    from: 'size >>> 0 > room ||',
    to: 'size < 0 ||',
  },
  {
    fault: 11,
    name: 'an arrival that is no number',
    file: forwarder('stage-checks'),
    from: 'if (!(Math.abs(arrival[slot]!) < LATEST)) {',
    to: 'if (Math.abs(arrival[slot]!) > LATEST) {',
  },
  {
    fault: 11,
    name: 'the shorter checks of libwebrtc are dropped',
    file: forwarder('stage-checks'),
    from: 'type === GOOG_PING_REQUEST ||',
    to: '',
  },
  {
    fault: 11,
    name: 'RTP of one byte',
    file: forwarder('stage-checks'),
    from: 'size < LONG_ENOUGH && ',
    to: 'size < 1 && ',
  },
  {
    fault: 12,
    name: 'the flow of an IPv6 client is looked for as if it had IPv4',
    file: forwarder('pod-bound'),
    from: 'return batch.family[slot] === 6\n      ? flows.findIPv6',
    to: 'return batch.family[slot] === 5\n      ? flows.findIPv6',
  },
  {
    fault: 12,
    name: "an IPv6 client's address reaches the pod in another order",
    file: forwarder('header'),
    from: 'view.setInt32(at + 4, address[from]!)',
    to: 'view.setInt32(at + 4, address[from + 3]!)',
  },
]
