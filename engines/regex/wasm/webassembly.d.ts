/** The part of the WebAssembly JavaScript interface that this engine uses; Node's type package leaves it to the DOM's. */
declare namespace WebAssembly {
  class Memory {
    constructor(limits: { initial: number; maximum?: number })
    readonly buffer: ArrayBuffer
    /** Returns the number of pages before; throws RangeError when refused. Detaches the old buffer. */
    grow(pages: number): number
  }
  interface Module {
    readonly [Symbol.toStringTag]: 'WebAssembly.Module'
  }
  const Module: new (bytes: Uint8Array<ArrayBuffer>) => Module
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>)
    readonly exports: Record<string, unknown>
  }
}
