/** The engine's public interface; see README.md. */
export { compile, Regex } from './regex.ts'
export { compileSet, RegexSet } from './set.ts'
export type { ScanOptions, ScanResult } from './scan/scan.ts'
export { RegexBudgetError, RegexSyntaxError } from './types.ts'
export type { ApproxLimits, Budget, ExecOptions, Match, Options, SyntaxErrorCode } from './types.ts'
export { arena } from './wasm/engine.ts'
export { ArenaFullError } from './wasm/memory.ts'
export type { Region } from './wasm/memory.ts'
