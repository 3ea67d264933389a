/** The command that reproduces a run, quoted for a POSIX shell. */
import type { Scenario } from '../sims/lab/run/scenario/load.ts'

export function reproduceCommand({ file, environment }: Scenario, settings: readonly string[]): string {
  const words = ['flowbench', 'run', file]
  if (environment !== null) words.push('--env', environment)
  for (const setting of settings) words.push('--set', setting)
  return words.map(quote).join(' ')
}

export function quote(word: string): string {
  return /^[\w./=:,%@+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
