/** When the log is written anew by itself: Redis's rule, and pauses after a snapshot that failed. */
import type { Engine } from '../server/engine.ts'

/** After a snapshot that failed, the log is not written anew by itself for so long; twice as long after each further one. */
const FIRST_PAUSE_MS = 60_000
const LONGEST_PAUSE_MS = 3_600_000

export class RewriteRule {
  /** Bytes of the last snapshot, of the logs behind it, and of those that the snapshot being written will replace. */
  private baseBytes: number
  private logBytes: number
  private replacedBytes = 0
  /** Failures since a snapshot succeeded, and until when none is begun by itself, of a clock that nobody sets back. */
  private failures = 0
  private pausedUntil = 0
  private readonly engine: Engine

  constructor(engine: Engine, baseBytes: number, logBytes: number) {
    this.engine = engine
    this.baseBytes = baseBytes
    this.logBytes = logBytes
  }

  /** The whole is larger than `auto-aof-rewrite-min-size`, and has grown by so many per cent. */
  get isMet(): boolean {
    const { rewritePercentage, rewriteMinSize } = this.engine
    if (rewritePercentage === 0 || performance.now() < this.pausedUntil) return false
    const { baseBytes, logBytes } = this
    return baseBytes + logBytes > rewriteMinSize && logBytes * 100 >= rewritePercentage * baseBytes
  }

  logged(bytes: number): void {
    this.logBytes += bytes
  }

  /** A snapshot is being written that will replace the logs so far. */
  begun(): void {
    this.replacedBytes = this.logBytes
    this.logBytes = 0
  }

  /** It has its name, and is so large. */
  succeeded(bytes: number): void {
    this.baseBytes = bytes
    this.replacedBytes = 0
    this.failures = this.pausedUntil = 0
  }

  /** It was given up: the logs before it stay. */
  failed(): void {
    this.logBytes += this.replacedBytes
    this.replacedBytes = 0
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.failures++)
    this.pausedUntil = performance.now() + pause
  }
}
