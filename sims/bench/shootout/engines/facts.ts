/** What an engine says of itself: read by people who compare, and by the code that judges a difference. */
import type { DialectName } from '../attack/dialects.ts'

/** Which of the matches that start at the leftmost place is the match; `all-ends`: every end of every match. */
export type Semantics = 'leftmost-first' | 'leftmost-longest' | 'all-ends'

export interface EngineFacts {
  readonly version: string
  readonly semantics: Semantics
  /** What its offsets count: bytes of UTF-8, or units of UTF-16. */
  readonly units: 'bytes' | 'utf16'
  /** Time linear in the text by construction, or no promise. */
  readonly promise: 'linear' | null
  /** `posix`: it says of its groups that they are POSIX's. */
  readonly groups?: 'posix'
  /** How it is called here: bytes or a string, through what, one call a match or one a text. */
  readonly called: string
  /** What it refuses. */
  readonly refuses: string
}

export interface Missing {
  readonly why: string
  /** The line that adds it. */
  readonly install: string
}

/** An engine as the shoot-out meets it: a program that speaks the line protocol. */
export interface EngineSpec {
  readonly id: string
  /** The program and its arguments. */
  readonly command: readonly [string, ...string[]]
  readonly directory?: string
  /** Whose patterns it takes; `other` unless it is known. */
  readonly dialect?: DialectName
  /** Null when it can run here. */
  missing(): Missing | null
}
