/** Each attack at full size, and what it gets: `npm run relay:attacks`. Exits 1 when one gets more than it may. */
import { flood } from './flood.ts'
import { reflection } from './reflection.ts'
import { thief } from './thief.ts'
import { transactionFlood } from './transactions.ts'

function report(what: string, figure: string, holds: boolean): void {
  console.log(`${holds ? 'holds' : 'FAILS'}  ${what}: ${figure}`)
  if (!holds) process.exitCode = 1
}

const percent = (part: number, whole: number): string => `${((part / whole) * 100).toFixed(2)} %`

for (const interval of [2.5, 0.48]) {
  const { media, astray, robberies, longest } = thief(interval)
  report(
    `thief with a valid session, a check every 100 ms for 10 min, the client's every ${interval} s`,
    `${percent(astray, media)} of the media astray (${robberies} times, ${longest.toFixed(2)} s at most)`,
    astray <= media * 0.05 && longest <= interval + 0.03,
  )
}
for (const rate of [16_000, 200_000]) {
  for (const roundTrip of [0.002, 0.15]) {
    const { clients, confirmed, tableFull, mostFlows } = flood({ rate, roundTrip })
    report(
      `flood of one genuine ufrag, ${rate} packets/s, pods ${roundTrip * 1000} ms away`,
      `${percent(confirmed, clients)} of ${clients} new clients confirm within 2 s; ${tableFull} times full, ${mostFlows} flows at most`,
      confirmed >= clients * 0.99,
    )
  }
}
const { clients, confirmed } = transactionFlood()
report(
  '20,000 checks under way before, 5,000 more before the answer, in a ring of 16,384',
  `${percent(confirmed, clients)} of ${clients} new clients confirm`,
  confirmed >= clients * 0.99,
)
const { received, sent, answers, checks } = reflection()
report(
  'media of a valid session to a spoofed address for a minute',
  `${(sent / received).toFixed(2)} bytes for each received, ${answers} of ${checks} checks answered`,
  sent <= 3 * received && answers === checks,
)
