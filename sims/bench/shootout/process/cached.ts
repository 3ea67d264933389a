/** The environment of programs that are started anew for every pattern. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Node finds what it compiled from its first line on, and need not load what strips types: a start takes 0.1 s in place of
 * 0.2. Set here and not for all that this program starts, among which may be what somebody wants to measure.
 */
export const withCompileCache = (): NodeJS.ProcessEnv => ({
  NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'),
  ...process.env,
})
