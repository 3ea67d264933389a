/**
 * The engine's kernels, assembled once and running in its one memory.
 *
 * Assembling and compiling take about a millisecond, so they happen at the first use. Everything is synchronous and
 * belongs to one JavaScript thread; a worker has its own.
 */
import { ModuleBuilder } from './assembler.ts'
import { addByteSet } from './kernels/byte-set.ts'
import type { ByteSetKernel } from './kernels/byte-set.ts'
import { addFragmentKernels } from './kernels/fragments.ts'
import { addGrams } from './kernels/grams.ts'
import type { GramsKernel } from './kernels/grams.ts'
import { addPair } from './kernels/pair.ts'
import type { SearchKernel } from './kernels/search.ts'
import { addTeddy } from './kernels/teddy.ts'
import type { WalkKernel } from './kernels/walk.ts'
import { EngineMemory, PROGRAM, PROGRAM_BYTES, TABLE, TABLE_BYTES } from './memory.ts'
import type { Region } from './memory.ts'

export interface Kernels {
  /** One literal: `kernels/pair.ts`. */
  readonly pair: SearchKernel
  /** Several: `kernels/teddy.ts`. */
  readonly teddy: SearchKernel
  /** Thousands: `kernels/grams.ts`. */
  readonly grams: GramsKernel
  /** The next byte of a set: `kernels/byte-set.ts`. */
  readonly byteSet: ByteSetKernel
  /** Is-match over fragments: `kernels/walk.ts`, `kernels/sheng.ts`. */
  readonly walk: WalkKernel
  readonly sheng: WalkKernel
}

const KERNELS = [addPair, addTeddy, addGrams, addByteSet, addFragmentKernels]

/** What a kernel runs: bytes for the program slot, and for an automaton its transitions. */
export interface KernelProgram {
  readonly bytes: Uint8Array
  /** Goes to TABLE, at most TABLE_BYTES. */
  readonly table?: Uint8Array
}

export class Engine {
  readonly memory: EngineMemory
  readonly kernels: Kernels
  private loaded: KernelProgram | null = null

  constructor(memory = new EngineMemory()) {
    this.memory = memory
    const module = new ModuleBuilder()
    for (const add of KERNELS) add(module)
    const instance = new WebAssembly.Instance(new WebAssembly.Module(module.assemble()), {
      env: { memory: memory.memory },
    })
    this.kernels = instance.exports as unknown as Kernels
  }

  /** Puts the program into the slot, unless it is there from the call before. */
  load(program: KernelProgram): void {
    if (this.loaded === program) return
    this.loaded = null
    if (program.bytes.length > PROGRAM_BYTES) throw new RangeError('the program is too long for its slot')
    if ((program.table?.length ?? 0) > TABLE_BYTES)
      throw new RangeError('the table is too long for its place')
    this.memory.u8.set(program.bytes, PROGRAM)
    if (program.table !== undefined) this.memory.u8.set(program.table, TABLE)
    this.loaded = program
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
  /** A region of `length` bytes in the engine's memory. Throws ArenaFullError beyond 2 GiB less 64 KiB in all. */
  allocate: (length: number): Region => engine().memory.allocate(length),
  /** Bytes in regions that are not freed. */
  get used(): number {
    return engine().memory.used
  },
}
