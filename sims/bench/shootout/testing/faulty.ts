/** V8 behind the line protocol with one fault planted, by the name that is the argument. */
import { createInterface } from 'node:readline'
import type { Adapter, Bound, Compiled } from '../engines/adapter.ts'
import { v8 } from '../engines/javascript.ts'
import { serve } from '../engines/serve.ts'

const [fault = ''] = process.argv.slice(2)

/** V8, each search preceded by `before`. */
function troubled(before: () => void): Adapter {
  return changed((bound) => ({
    ...bound,
    test: () => {
      before()
      return bound.test()
    },
  }))
}

function changed(change: (bound: Bound) => Bound): Adapter {
  const engine = v8()
  const compile = (pattern: string, flags: string): Compiled => {
    const compiled = engine.compile(pattern, flags)
    return { ...compiled, bind: (text) => change(compiled.bind(text)) }
  }
  return { ...engine, compile }
}

const kept: Buffer[] = []

const FAULTS: Readonly<Record<string, () => void>> = {
  none: () => serve(v8()),
  sleeps: () => serve(troubled(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600_000))),
  spins: () =>
    serve(
      troubled(() => {
        for (;;);
      }),
    ),
  'eats-memory': () =>
    serve(
      troubled(() => {
        for (;;) kept.push(Buffer.alloc(8 << 20, 1))
      }),
    ),
  // As libraries word it, who are their own judges.
  'gives-up': () =>
    serve(
      troubled(() => {
        throw new Error('gave up: error -46')
      }),
    ),
  dies: () => serve(troubled(() => process.exit(7))),
  'kills-itself': () => serve(troubled(() => process.kill(process.pid, 'SIGSEGV'))),
  // The end of every third match is one too far.
  'wrong-span': () =>
    serve(
      changed((bound) => ({
        ...bound,
        each: (visit) => {
          let match = 0
          bound.each((start, end) => visit(start, ++match % 3 === 0 ? end + 1 : end))
        },
      })),
    ),
  'wrong-count': () => serve(changed((bound) => ({ ...bound, count: () => (bound.count?.() ?? 0) + 1 }))),
  // Right once.
  'changing-count': () =>
    serve(
      changed((bound) => {
        let asked = 0
        return { ...bound, count: () => (bound.count?.() ?? 0) + (asked++ === 0 ? 0 : 1) }
      }),
    ),
  garbage: () =>
    createInterface(process.stdin).on('line', () => process.stdout.write('\u0000\u0001 %$# !!\n')),
  'half-garbage': () => {
    // Well-mannered until it is asked to work.
    createInterface(process.stdin).on('line', (line) => {
      const hello = `ok ${JSON.stringify(v8().facts)}`
      const replies: Readonly<Record<string, string>> = { hello, compile: 'ok 1', text: 'ok 1' }
      process.stdout.write(`${replies[line.split(' ')[0]!] ?? 'ok one two three'}\n`)
    })
  },
  endless: () =>
    createInterface(process.stdin).on('line', () => {
      const more = (): void => {
        if (process.stdout.write('x'.repeat(1 << 20))) setImmediate(more)
        else process.stdout.once('drain', more)
      }
      more()
    }),
  talkative: () => createInterface(process.stdin).on('line', () => process.stdout.write('ok 1\nok 2\n')),
  // Right answers in no time, as of a clock that moves with the scheduler's tick alone.
  'stopped-clock': () => {
    createInterface(process.stdin).on('line', (line) => {
      const hello = `ok ${JSON.stringify(v8().facts)}`
      const replies: Readonly<Record<string, string>> = { hello, compile: 'ok 0', file: 'ok 1' }
      process.stdout.write(`${replies[line.split(' ')[0]!] ?? 'ok 150 0'}\n`)
    })
  },
  mute: () => process.stdin.resume(),
  'not-json': () => createInterface(process.stdin).on('line', () => process.stdout.write('ok {"version":\n')),
}

FAULTS[fault]!()
