/** The engine's public interface; see README.md. */
export { compile, Regex } from './regex.ts'
export { RegexBudgetError, RegexSyntaxError } from './types.ts'
export type { ApproxLimits, Budget, ExecOptions, Match, Options, SyntaxErrorCode } from './types.ts'
