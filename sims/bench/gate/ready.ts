/** Makes work ready: a row's or a task's. What a task returned is held only where that is wanted. */
import { readyRow } from './rows.ts'
import { readyTask } from './tasks.ts'
import type { Ready, Work } from './work.ts'

export async function makeReady(work: Work, keepsResult = false): Promise<Ready> {
  return work.kind === 'row' ? await readyRow(work) : await readyTask(work, work.task, keepsResult)
}
