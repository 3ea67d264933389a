/** The context of one call: how many tokens a turn adds, and what the policy keeps of them. */
import type { TurnLatencyParams } from './params.ts'

type ContextParams = Pick<
  TurnLatencyParams,
  'tokensHeard' | 'tokensSpoken' | 'instructions' | 'contextPolicy' | 'contextLimit' | 'summary'
>

/** Tokens that a turn adds before it is answered: the caller's audio. */
export const tokensOf = ({ tokensHeard }: ContextParams, talk: number): number => talk * tokensHeard

/**
 * Tokens in the context when the next turn begins: those before, and what was heard and spoken. `truncate` drops the
 * oldest beyond the limit; `summarise` replaces everything by instructions and a summary once the limit is passed;
 * `grow` stops at the limit, which a service enforces one way or another (the oldest are dropped).
 */
export function contextAfter(params: ContextParams, before: number, talk: number, reply: number): number {
  const { tokensHeard, tokensSpoken, contextPolicy, contextLimit } = params
  const tokens = before + talk * tokensHeard + reply * tokensSpoken
  if (tokens <= contextLimit) return tokens
  return contextPolicy === 'summarise' ? summarised(params) : contextLimit
}

/** Tokens that a context has just after it was summarised. */
export const summarised = ({
  instructions,
  contextLimit,
  summary,
}: Pick<ContextParams, 'instructions' | 'contextLimit' | 'summary'>): number =>
  Math.min(contextLimit, instructions + summary)
