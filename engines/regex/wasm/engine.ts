/**
 * The engine's kernels, assembled once and running in its one memory.
 *
 * Assembling and compiling take about a millisecond, so they happen at the first use. Everything is synchronous and
 * belongs to one JavaScript thread; a worker has its own.
 */
import { ModuleBuilder } from './assembler.ts'
import { addGrams } from './kernels/grams.ts'
import type { GramsKernel } from './kernels/grams.ts'
import { addPair } from './kernels/pair.ts'
import type { SearchKernel } from './kernels/search.ts'
import { addTeddy } from './kernels/teddy.ts'
import { EngineMemory, PROGRAM, PROGRAM_BYTES } from './memory.ts'
import type { Region } from './memory.ts'

export interface Kernels {
  /** One literal: `kernels/pair.ts`. */
  readonly pair: SearchKernel
  /** Several: `kernels/teddy.ts`. */
  readonly teddy: SearchKernel
  /** Thousands: `kernels/grams.ts`. */
  readonly grams: GramsKernel
}

/** Something that a kernel runs: bytes for the program slot. */
export interface Program {
  readonly bytes: Uint8Array
}

export class Engine {
  readonly memory: EngineMemory
  readonly kernels: Kernels
  #loaded: Program | null = null

  constructor(memory = new EngineMemory()) {
    this.memory = memory
    const module = new ModuleBuilder()
    addPair(module)
    addTeddy(module)
    addGrams(module)
    const instance = new WebAssembly.Instance(new WebAssembly.Module(module.assemble()), {
      env: { memory: memory.memory },
    })
    this.kernels = instance.exports as unknown as Kernels
  }

  /** Puts the program into the slot, unless it is there from the call before. */
  load(program: Program): void {
    if (this.#loaded === program) return
    if (program.bytes.length > PROGRAM_BYTES) throw new RangeError('the program is too long for its slot')
    this.memory.u8.set(program.bytes, PROGRAM)
    this.#loaded = program
  }
}

let shared: Engine | null = null

/** The engine of this thread. */
export function engine(): Engine {
  shared ??= new Engine()
  return shared
}

/** Where callers keep text that is to be searched without copying. */
export const arena = {
  /** A region of `length` bytes in the engine's memory. Throws ArenaFullError beyond 2 GiB in all. */
  allocate: (length: number): Region => engine().memory.allocate(length),
  /** Bytes in regions that are not freed. */
  get used(): number {
    return engine().memory.used
  },
}
