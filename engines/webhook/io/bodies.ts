/** Bodies of messages that are about to go out, kept from their acceptance; of too many, the oldest are read again. */
export class Bodies {
  private readonly kept = new Map<number, Buffer>()
  private bytes = 0
  private readonly most: number

  /** `most`: bytes kept. */
  constructor(most: number) {
    this.most = most
  }

  keep(seq: number, body: Buffer): void {
    this.kept.set(seq, body)
    this.bytes += body.length
    for (const oldest of this.kept.keys()) {
      if (this.bytes <= this.most) break
      this.take(oldest)
    }
  }

  /** The body, which is then no longer kept. */
  take(seq: number): Buffer | undefined {
    const body = this.kept.get(seq)
    if (body === undefined) return undefined
    this.kept.delete(seq)
    this.bytes -= body.length
    return body
  }
}
