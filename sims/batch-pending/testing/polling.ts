/** `npm run batch:polling`: what polling adds on average, beside its closed forms. */
import { formatQuantity } from '../../lab/contract/format.ts'
import { pollingDelays } from './delays.ts'

const { fixed, capped, doubling } = pollingDelays(2_000_000)
const row = (name: string, unit: string, { observed, expected }: typeof fixed): void =>
  console.log(
    `${name}: ${formatQuantity(observed, unit)}, closed form ${formatQuantity(expected, unit)} (${formatQuantity(observed / expected - 1, 'share')} off)`,
  )
row('every minute, mean delay', 's', fixed)
row('pauses doubled from 1 s to 10 min, mean delay', 's', capped)
row('pauses doubled for ever, delay as a share of the job’s time', 'share', doubling)
