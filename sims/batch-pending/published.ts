/**
 * Published times of batch jobs. Each is one user's report, most of a handful of jobs: enough to say what happens, too
 * little to say how often. Every report belongs to the regime it speaks of, and one that spans regimes to each of them.
 */
import type { Preset } from './presets.ts'

export interface PublishedTime {
  readonly source: string
  readonly what: string
  readonly preset: Preset
  /** From submission to the end, s. */
  readonly seconds: number
  /** `atLeast`: it was still waiting then. `expired`: it ended there, without a result. */
  readonly kind: 'ended' | 'atLeast' | 'expired'
}

const MINUTE = 60
const HOUR = 3600
const DAY = 86_400

export const PUBLISHED: readonly PublishedTime[] = [
  ...[64, 101, 90, 13 * MINUTE].map((seconds) => ({
    source: 'dust-tt/dust#22800',
    what: 'Anthropic, tiny batches: 64, 64, 64 and 101 s, "90 s to 13 min by model"',
    preset: 'calm' as const,
    seconds,
    kind: 'ended' as const,
  })),
  ...[90, 120].map((seconds) => ({
    source: 'Hacker News, April 2026 (erans)',
    what: 'Anthropic, one request a batch: 90 to 120 s',
    preset: 'calm' as const,
    seconds,
    kind: 'ended' as const,
  })),
  {
    source: 'inspect_ai#2013',
    what: 'OpenAI gpt-4o, one sample',
    preset: 'calm',
    seconds: 68,
    kind: 'ended',
  },
  {
    source: 'QwenLM/qwen-code#11874',
    what: 'DashScope, three requests',
    preset: 'calm',
    seconds: 1099,
    kind: 'ended',
  },
  {
    source: 'QwenLM/qwen-code#11874',
    what: 'DashScope an hour later: none of three after 55 min',
    preset: 'busy',
    seconds: 55 * MINUTE,
    kind: 'atLeast',
  },
  {
    source: 'makesence.dev',
    what: 'OpenAI, 50,000 requests, tier 2 (a weak source)',
    preset: 'busy',
    seconds: 18 * HOUR,
    kind: 'ended',
  },
  {
    source: 'kaapi-backend#757',
    what: 'OpenAI: 23 h, then expired',
    preset: 'busy',
    seconds: 23 * HOUR,
    kind: 'atLeast',
  },
  {
    source: 'python-genai#1482',
    what: 'Gemini, a small job on the lighter model: 10 min',
    preset: 'calm',
    seconds: 10 * MINUTE,
    kind: 'ended',
  },
  {
    source: 'python-genai#1482',
    what: 'Gemini: all PENDING over 24 h, five expired',
    preset: 'stuck',
    seconds: DAY,
    kind: 'expired',
  },
  {
    source: 'js-genai#1453',
    what: 'Gemini, over 24 h for a week',
    preset: 'stuck',
    seconds: DAY,
    kind: 'atLeast',
  },
  ...[4 * DAY, 5 * DAY].map((seconds) => ({
    source: 'discuss.google.dev 273546',
    what: 'Gemini, 12 jobs of 60 requests: 4 to 5 days PENDING, past the documented limit',
    preset: 'stuck' as const,
    seconds,
    kind: 'atLeast' as const,
  })),
  ...['2.5 Pro', '3.1 Flash'].map((model, i) => ({
    source: ['python-genai#2221', 'python-genai#2974'][i]!,
    what: `Gemini ${model}: over 24 h`,
    preset: 'stuck' as const,
    seconds: DAY,
    kind: 'atLeast' as const,
  })),
  {
    source: 'python-genai#2439',
    what: 'Gemini 2.0 Flash: all expired',
    preset: 'stuck',
    seconds: DAY,
    kind: 'expired',
  },
]
