/** What benchmarks and other rooms' tests may use of the regex engine besides its public interface. */
export { exhaustiveFind } from '../approx/testing/exhaustive.ts'
export { parse } from '../syntax/parse.ts'
export { loadDefinitions, optionsFor } from './rebar.ts'
export type { Definition } from './rebar.ts'
