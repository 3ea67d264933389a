/**
 * What each expectation of each scenario is for: the mechanism that the scenario is about, and how it is taken out by settings.
 * As it is, the scenario passes; without the mechanism that expectation fails. One that holds either way asks nothing.
 *
 * `small` makes a run cheap and is set in both; values of a search are one that is enough, for a search would look for another.
 */
export interface Mechanism {
  /** Name of the file in `scenarios/`. */
  readonly scenario: string
  readonly environment: string
  /** As written in the scenario. */
  readonly expectation: string
  readonly mechanism: string
  readonly small: readonly string[]
  /** Takes two seconds of processor time or more however small: `npm run scenarios:mechanisms` asks it, too. */
  readonly isLong?: true
  readonly without: readonly string[]
}

const THREE = 'until.replications=3'
/** Fewer users on slower cores: as many hosts, and minutes of their peak. */
const TENTH = [
  'params.weeklyActiveUsers=90M',
  'params.packetsPerCoreSecond=24.2k/s',
  'params.span=10min at peak',
]
const SMALL_PLANET = [
  'params.weeklyActiveUsers=45M',
  'params.packetsPerCoreSecond=12.1k/s',
  'params.span=5min at peak',
]

export const MECHANISMS: readonly Mechanism[] = [
  {
    scenario: 'batch-pending-72h',
    environment: 'quick',
    expectation: 'savedShare < 5 %',
    mechanism: 'jobs of hundreds of requests wait for hours',
    small: ['sweep.way=[gemini-webhook]', 'params.span=1d', THREE],
    without: ['params.preset=calm', 'params.jobRequests=1', 'params.jobSpread=100%'],
  },
  {
    scenario: 'batch-pending-72h',
    environment: 'calm',
    expectation: 'savedShare < 20 %',
    mechanism: 'jobs are of hundreds of requests',
    small: ['sweep.way=[gemini-webhook]', 'params.span=1d', THREE],
    without: ['params.jobRequests=1', 'params.jobSpread=100%'],
  },
  {
    scenario: 'call-centre',
    environment: 'quick',
    expectation: 'abandoned < 3 %',
    mechanism: 'as many agents as Erlang A asks for',
    small: ['find.in=[52]'],
    without: ['find.in=[46]'],
  },
  {
    scenario: 'call-centre',
    environment: 'quick',
    expectation: 'share(wait < 20 s) > 90 %',
    mechanism: 'callers hang up, so that the queue bounds itself',
    small: ['find.in=[52]'],
    without: ['params.patience=60min'],
  },
  {
    scenario: 'call-centre',
    environment: 'day',
    expectation: 'abandoned < 3 %',
    mechanism: 'agents for the rush of the day, and not for its mean',
    small: ['find.in=[110]', 'until.replications=5'],
    without: ['find.in=[60]'],
  },
  {
    scenario: 'firewalled-clients',
    environment: 'quick',
    expectation: 'lockedOut < 5 %',
    mechanism: 'NAT64 takes clients without IPv4 to the relay',
    small: ['params.calls=5k'],
    isLong: true,
    without: ['params.nat64=0%'],
  },
  {
    scenario: 'firewalled-clients',
    environment: 'quick',
    expectation: 'gaveUp < 1 %',
    mechanism: 'callers wait for as long as setting up takes',
    small: ['params.calls=2k'],
    without: ['params.patience=100ms'],
  },
  {
    scenario: 'firewalled-clients',
    environment: 'tls',
    expectation: 'lockedOut < 1.3 %',
    mechanism: 'TURN over TLS is offered',
    small: ['params.calls=5k'],
    without: ['params.rollout=0%'],
  },
  {
    scenario: 'hotline',
    environment: 'quick',
    expectation: 'mean(urgentWait) < 5 s',
    mechanism: 'the urgent go before the others, and there are others',
    small: ['find.in=[52]'],
    without: ['params.urgentShare=99%'],
  },
  {
    scenario: 'hotline',
    environment: 'quick',
    expectation: 'mean(otherWait) < 20 s',
    mechanism: 'few are urgent',
    small: ['find.in=[52]'],
    without: ['params.urgentShare=90%'],
  },
  {
    scenario: 'hotline',
    environment: 'lines',
    expectation: 'lost < 3 %',
    mechanism: 'as many lines as Erlang B asks for',
    small: ['find.in=[60]', 'until.replications=10'],
    without: ['find.in=[50]'],
  },
  {
    scenario: 'hotline',
    environment: 'one-clerk',
    expectation: 'mean(wait) < 5min',
    mechanism: 'calls scatter no more than that',
    small: ['find.in=[1]'],
    without: ['params.serviceScv=10'],
  },
  {
    scenario: 'leaked-key',
    environment: 'quick',
    expectation: 'p95(spend) < 50k dollars',
    mechanism: 'any control at all',
    small: ['params.thefts=100', 'sweep.control=[alert, spend-limit-only, cap-only, tier-1, tier-2, tier-3]'],
    without: ['sweep.control=[uncapped]'],
  },
  {
    scenario: 'leaked-key',
    environment: 'quick',
    expectation: 'p95(spend) < 50k dollars',
    mechanism: 'the owner answers an alert',
    small: ['params.thefts=100', 'sweep.control=[alert]'],
    without: ['params.alertResponse=47h'],
  },
  {
    scenario: 'mm-c-theory',
    environment: 'quick',
    expectation: 'mean(wait) < 0.5 s',
    mechanism: 'twenty servers, and not one less',
    small: ['until.halfWidth=20%', 'until.replications=20'],
    without: ['params.servers=19'],
  },
  {
    scenario: 'region-loss',
    environment: 'quick',
    expectation: 'lostCalls < 5 %',
    mechanism: 'routes lead elsewhere before callers lose patience',
    small: ['sweep.steering=[anycast]', 'sweep.retry=[jittered]', 'params.weeklyActiveUsers=20M', THREE],
    without: ['params.anycastDelay=10min'],
  },
  {
    scenario: 'region-loss',
    environment: 'quick',
    expectation: 'timeToBack < 60 s',
    mechanism: 'routes lead elsewhere soon',
    small: ['sweep.steering=[anycast]', 'sweep.retry=[jittered]', 'params.weeklyActiveUsers=20M', THREE],
    without: ['params.anycastDelay=70s', 'params.patience=5min'],
  },
  {
    scenario: 'relay-restart',
    environment: 'quick',
    expectation: 'mean(outage) < 20 s',
    mechanism: 'clients whose pod is gone connect anew',
    small: [
      'sweep.fault=[relay-crash, pod-loss]',
      'sweep.cache=[none]',
      'params.weeklyActiveUsers=20M',
      THREE,
    ],
    without: ['params.deadAfter=60s', 'params.patience=5min'],
  },
  {
    scenario: 'relay-restart',
    environment: 'quick',
    expectation: 'lostCalls < 1 %',
    mechanism: 'pods have time for the handshakes of those who connect anew',
    small: [
      'sweep.fault=[relay-crash, pod-loss]',
      'sweep.cache=[none]',
      'params.weeklyActiveUsers=20M',
      THREE,
    ],
    without: ['params.handshakesPerPod=0.01/s'],
  },
  {
    scenario: 'relay-restart',
    environment: 'cache',
    expectation: 'mean(outage) < 500 ms',
    mechanism: 'the shared cache holds the routes',
    small: ['sweep.fault=[relay-crash]', 'params.weeklyActiveUsers=50M'],
    isLong: true,
    without: ['params.cacheHit=0%'],
  },
  {
    scenario: 'rogue-session',
    environment: 'quick',
    expectation: 'lostMedia < 2 %',
    mechanism: 'the owner’s own checks take his media back',
    small: ['sweep.attack=[thief-inside]', 'sweep.defence=[none]'],
    isLong: true,
    without: ['params.checkInterval=20s'],
  },
  {
    scenario: 'turn-latency-far',
    environment: 'quick',
    expectation: 'p50(lateLatency) > 4 s',
    mechanism: 'the context grows with what is said',
    small: ['params.counterfactuals=none', 'params.span=5min', 'until.replications=5'],
    without: ['params.tokensHeard=0/s', 'params.tokensSpoken=0/s'],
  },
  {
    scenario: 'turn-latency-near',
    environment: 'quick',
    expectation: 'p50(earlyLatency) < 0.9 s',
    mechanism: 'the caller is near',
    small: ['params.counterfactuals=none', 'params.span=5min', 'until.replications=5'],
    without: ['params.accessRtt=300ms', 'params.backboneRtt=200ms'],
  },
  {
    scenario: 'voice-fleet-high',
    environment: 'quick',
    expectation: 'p99(worstRelayDelay) < 5 ms',
    mechanism: 'hosts for the peak',
    small: ['find.in=[64]', ...SMALL_PLANET],
    isLong: true,
    without: ['find.in=[32]'],
  },
  {
    scenario: 'voice-fleet-high',
    environment: 'quick',
    expectation: 'lost < 0.01 %',
    mechanism: 'hosts for the peak',
    small: ['find.in=[64]', ...SMALL_PLANET],
    without: ['find.in=[32]'],
  },
  {
    scenario: 'voice-fleet-week',
    environment: 'quick',
    expectation: 'peakLoad < 60 %',
    mechanism: 'the target holds with one host of each cluster lost, which these are too few for',
    small: ['find.in=[34]', 'params.survive=none', ...TENTH],
    isLong: true,
    without: ['params.survive=host'],
  },
  {
    scenario: 'voice-fleet-week',
    environment: 'quick',
    expectation: 'p99(worstRelayDelay) < 5 ms',
    mechanism: 'hosts for the peak',
    small: ['find.in=[44]', ...TENTH],
    isLong: true,
    without: ['find.in=[24]'],
  },
  {
    scenario: 'voice-fleet-week',
    environment: 'quick',
    expectation: 'lost < 0.01 %',
    mechanism: 'hosts for the peak',
    small: ['find.in=[44]', ...TENTH],
    without: ['find.in=[24]'],
  },
  {
    scenario: 'webhook-metastable',
    environment: 'quick',
    expectation: 'goodputAfter > 50 %',
    mechanism: 'the sender holds its messages until probes come through',
    small: ['sweep.policy=[flowbench]', 'sweep.load=[52.5%]', 'params.hysteresis=none', 'params.after=20min'],
    without: ['sweep.policy=[quick-3]'],
  },
  {
    scenario: 'webhook-outage-24h',
    environment: 'quick',
    expectation: 'lost < 1 %',
    mechanism: 'attempts go on for longer than the outage',
    small: ['sweep.policy=[standard-webhooks, svix, hook0]', 'params.capacity=2/s', THREE],
    without: ['params.schedule=[5s, 5min, 30min, 2h]'],
  },
  {
    scenario: 'webhook-trust',
    environment: 'quick',
    expectation: 'forgedFor < 2 d',
    mechanism: 'a leak is noticed within hours',
    small: ['params.attacks=1', 'params.mutations=20', 'params.flood=5', 'params.endpoints=10', THREE],
    without: ['params.detection=47h'],
  },
]

/** What no setting takes out, or another test sees to: by scenario and expectation, which. */
export const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  // Our verifier cannot be set to believe what it should not: forgeries are planted in sims/webhook-trust/told.test.ts.
  'webhook-trust': ['acceptedOurs <= 0', 'mutatedAccepted <= 0', 'tokensOurs <= 0'],
  // sims/agent-memory/model.test.ts
  'agent-memory': ['p99(argetWait) < 20 ms'],
  'agent-memory-hostile': ['mean(argetWait) < 0.2 ms', 'mean(unboundedWait) > 0.5 ms'],
}
