/** One call's checks over time, for the ladder diagram: which message went out when, on which way. */
import type { Kernel } from '../../lab/kernel/kernel.ts'
import type { Wire } from './wire.ts'

export interface TracedMessage {
  readonly path: number
  /** Seconds after the clock's start. */
  readonly at: number
  readonly what: 'request' | 'answered'
}

/** Carries no bytes; an answer is always for the request in progress. */
export class TraceWire implements Wire {
  readonly messages: TracedMessage[] = []
  private readonly kernel: Kernel

  constructor(kernel: Kernel) {
    this.kernel = kernel
  }

  begin(): void {}

  request(path: number): void {
    this.messages.push({ path, at: this.kernel.now, what: 'request' })
  }

  answer(): void {}

  accept(path: number): boolean {
    this.messages.push({ path, at: this.kernel.now, what: 'answered' })
    return true
  }
}
