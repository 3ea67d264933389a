/**
 * The engines that `flowbench serve` can put behind a port. To add one: a file `serve/<name>.ts` that exports its
 * command (`defineCommand`, `command: '<name>'`), and its place in this list.
 */
import type { CommandModule } from 'yargs'
import { sparseArray } from './sparse-array.ts'
import { webhooks } from './webhooks.ts'

export const ENGINES: readonly CommandModule<object, object>[] = [sparseArray, webhooks]
