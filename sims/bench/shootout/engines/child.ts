/** One engine of ours in this process, by the name that is the argument. Others' code is not even loaded. */
import { flushCompileCache } from 'node:module'
import type { Adapter } from './adapter.ts'
import { serve } from './serve.ts'

const ADAPTERS: Readonly<Record<string, () => Promise<Adapter>>> = {
  flowbench: async () => (await import('./ours.ts')).flowbench(),
  v8: async () => (await import('./javascript.ts')).v8(),
  'v8-linear': async () => (await import('./javascript.ts')).v8Linear(),
  re2js: async () => (await import('./javascript.ts')).re2js(),
  rregex: async () => (await import('./javascript.ts')).rregex(),
  pcre2: async () => (await import('./native.ts')).pcre2(),
  tre: async () => (await import('./native.ts')).tre(),
  re2: async () => (await import('./native.ts')).re2(),
  vectorscan: async () => (await import('./native.ts')).vectorscan(),
}

const [name = ''] = process.argv.slice(2)
const load = ADAPTERS[name]
if (load === undefined) throw new Error(`no engine is called ${name}`)
const adapter = await load()
// Nobody lets it come to its end, at which Node would keep what was compiled for the process of the next pattern.
flushCompileCache()
serve(adapter)
