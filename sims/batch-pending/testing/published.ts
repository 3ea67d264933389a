/** `npm run batch:published`: every published time of a batch job, and where it lies in the preset that claims it. */
import { parseArgs } from 'node:util'
import { formatQuantity } from '../../lab/contract/format.ts'
import { PRESETS } from '../presets.ts'
import { PUBLISHED } from '../published.ts'
import { placeOf, regimeTimes } from './regimes.ts'

const { values } = parseArgs({ options: { replications: { type: 'string', default: '5' } } })

let outside = 0
for (const preset of PRESETS) {
  const regime = regimeTimes(preset, Number(values.replications))
  const at = (p: number): string => {
    let [low, high] = [0, 1e9]
    while (high - low > 1e-4 * high) {
      const middle = (low + high) / 2
      if (regime.times.exceeding(middle) > (1 - p) * regime.times.count) low = middle
      else high = middle
    }
    return formatQuantity(high, 's')
  }
  const expired = formatQuantity(regime.expired, 'share')
  console.log(
    `\n${preset}: ${regime.times.count} jobs; 5 % ${at(0.05)}, median ${at(0.5)}, 95 % ${at(0.95)}; ${expired} expire`,
  )
  for (const report of PUBLISHED.filter((one) => one.preset === preset)) {
    const { longer, isWithin } = placeOf(report, regime)
    if (!isWithin) outside++
    const time = `${report.kind === 'ended' ? '' : 'at least '}${formatQuantity(report.seconds, 's')}`
    console.log(
      `  ${isWithin ? 'within ' : 'OUTSIDE'} ${time}: ${formatQuantity(longer, 'share')} take longer (${report.source}: ${report.what})`,
    )
  }
}
console.log(
  `\n${PUBLISHED.length - outside} of ${PUBLISHED.length} published times lie within 5 to 95 % of their preset`,
)
process.exitCode = outside === 0 ? 0 : 1
