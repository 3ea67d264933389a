/** The webhook engine: durable accepts, the whole way of a delivery, timers, the schedule, signatures. */
import type { Rows } from '../harness/row.ts'
import { acceptRows } from './webhook/accept.ts'
import { deliverRows } from './webhook/deliver.ts'
import { pacedRows } from './webhook/paced.ts'
import { scheduleRows } from './webhook/schedule.ts'
import { signRows } from './webhook/sign.ts'
import { timerRows } from './webhook/timers.ts'

export const rows: Rows = [
  ...acceptRows,
  ...deliverRows,
  ...pacedRows,
  ...timerRows,
  ...scheduleRows,
  ...signRows,
]
