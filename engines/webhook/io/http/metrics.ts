/** Counts in Prometheus' text format. */
const GAUGES = new Set(['endpoints', 'jobs', 'in_flight', 'unsaved', 'store_queue'])

export function metricsText(counts: Readonly<Record<string, number>>): string {
  const lines = Object.entries(counts).flatMap(([name, value]) => {
    const isGauge = GAUGES.has(name)
    const full = `flowbench_webhooks_${name}${isGauge ? '' : '_total'}`
    return [`# TYPE ${full} ${isGauge ? 'gauge' : 'counter'}`, `${full} ${value}`]
  })
  return `${lines.join('\n')}\n`
}
