/**
 * A sender's published keys (JWKS), kept.
 *
 * Without a key id every forgery looks like a rotation, so what bounds the fetches is the pause between them, whatever
 * the deliveries say: one fetch in `pause` seconds, counted from the last one begun, failed or not, and shared by all
 * that wait for it. A rotated key is taken at the latest one pause after the last fetch; until then its deliveries are
 * refused, and the sender's retry brings them again. Old keys serve while a fetch fails. One that has not ended after
 * `patience` seconds has failed: the first delivery that comes then gives it up, and frees all that wait for it.
 *
 * Time is an argument, in seconds; the fetch is handed in. A clock that has stepped back by more than a pause holds nothing
 * up: what was begun or read by it then counts as long ago.
 */
import { createPublicKey, type JsonWebKeyInput, type KeyObject } from 'node:crypto'
import { atLeast, finite, Misused } from './refusal.ts'

export interface PublishedKey {
  readonly kid: string | null
  readonly key: KeyObject
}

export interface KeySetOptions {
  /**
   * Reads the set: its parsed JSON. What it brings after `signal` has aborted is not looked at. With a timeout of its own
   * (`AbortSignal.timeout`) the first that waits is freed without another delivery.
   */
  readonly read: (signal: AbortSignal) => Promise<unknown>
  /** Seconds between fetches at least; default 30. */
  readonly pause?: number
  /** Seconds after which a set is read again even if all is well; default 600. */
  readonly maxAge?: number
  /** Seconds, above 0, after which a read is given up when the next delivery comes; default 5. */
  readonly patience?: number
}

/** A fetch under way. */
interface Reading {
  readonly ended: Promise<void>
  readonly stop: AbortController
}

/** More keys than this are not tried: each costs a verification. */
const MOST_KEYS = 16

export class KeySet {
  fetches = 0
  private keys: readonly PublishedKey[] = []
  private begun = -Infinity
  private read = -Infinity
  private running: Reading | null = null
  private readonly options: Required<KeySetOptions>

  /** @throws Misused */
  constructor(options: KeySetOptions) {
    this.options = { pause: 30, maxAge: 600, patience: 5, ...options }
    for (const name of ['pause', 'maxAge', 'patience'] as const) atLeast(0, this.options[name], name)
    // Every delivery would give up the fetch of the one before.
    if (this.options.patience === 0) throw new Misused('patience must be above 0')
  }

  /** The keys as read last. */
  get known(): readonly PublishedKey[] {
    return this.keys
  }

  /** The keys as known; read first when there are none or they are old, and the pause allows. */
  async current(now: number): Promise<readonly PublishedKey[]> {
    if (this.isOld(now)) await this.refresh(now)
    return this.keys
  }

  /** Reads the set again if the pause allows. True when it may hold something new. */
  async refresh(now: number): Promise<boolean> {
    if (this.running !== null && this.since(this.begun, now) >= this.options.patience) {
      this.running.stop.abort()
      this.running = null
    }
    if (this.running === null) {
      if (!this.begin(now)) return false
      this.running = this.start(now)
    }
    await this.running.ended
    return true
  }

  /** True when what is known should be read again before it is trusted. */
  isOld(now: number): boolean {
    return this.since(this.read, now) >= this.options.maxAge
  }

  /** A fetch begins now, if the pause allows: for who fetches on his own, in virtual time. Answer with `took`. */
  begin(now: number): boolean {
    if (this.since(this.begun, now) < this.options.pause) return false
    this.begun = now
    this.fetches++
    return true
  }

  /** A fetch has brought this document. @throws TypeError when it is no key set */
  took(document: unknown, now: number): void {
    finite(now, 'now')
    this.keys = readKeys(document)
    this.read = now
  }

  /** Seconds since `then`. A little before it is a delivery that was overtaken; long before it, the clock has stepped. */
  private since(then: number, now: number): number {
    const seconds = finite(now, 'now') - then
    return seconds < -this.options.pause ? Infinity : seconds
  }

  private start(now: number): Reading {
    const stop = new AbortController()
    const { signal } = stop
    const over = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error))
    })
    // Nobody waits for it where `read` throws at once.
    over.catch(() => {})
    const read = async (): Promise<void> => {
      try {
        this.took(await Promise.race([this.options.read(signal), over]), now)
      } catch {
        // A set that cannot be read changes nothing: known keys stay, and the pause is spent.
      }
    }
    const reading: Reading = {
      stop,
      ended: read().finally(() => {
        if (this.running === reading) this.running = null
      }),
    }
    return reading
  }
}

/** The usable keys of a JWKS. @throws TypeError when it is none. */
export function readKeys(document: unknown): PublishedKey[] {
  const list = (document as { keys?: unknown } | null)?.keys
  if (!Array.isArray(list)) throw new TypeError('a key set has a list of keys')
  return list
    .slice(0, MOST_KEYS)
    .flatMap((jwk: JsonWebKeyInput['key'] & { kid?: unknown; use?: unknown }) => {
      if (jwk === null || typeof jwk !== 'object' || (jwk.use !== undefined && jwk.use !== 'sig')) return []
      try {
        const key = createPublicKey({ key: jwk, format: 'jwk' })
        return [{ kid: typeof jwk.kid === 'string' ? jwk.kid : null, key }]
      } catch {
        // Of a kind that this program does not know: others may serve.
        return []
      }
    })
}
