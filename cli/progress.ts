/** One line on stderr while a run is in progress: phase, share done, rate, time left. Off a terminal, a line per phase. */
import type { Runner } from '../sims/lab/run/runner.ts'

const BAR_WIDTH = 24
const REDRAW_MS = 200

export interface ProgressLine {
  phase(text: string): void
  stop(): void
}

export function progressLine(
  runner: Runner,
  name: string,
  stream: NodeJS.WriteStream = process.stderr,
): ProgressLine {
  if (!stream.isTTY) {
    return { phase: (text) => stream.write(`${name}: ${text}\n`), stop: () => {} }
  }
  let phase = 'starting'
  let since = performance.now()
  let base = runner.status()
  const draw = () => {
    const { partsWorth, partsKnown, events } = runner.status()
    const seconds = (performance.now() - since) / 1000
    const done = partsWorth - base.partsDone
    const known = partsKnown - base.partsDone
    stream.write(
      `\r\u001B[K${name}: ${phase} ${describe(done, known, (events - base.events) / seconds, seconds)}`,
    )
  }
  const timer = setInterval(draw, REDRAW_MS)
  return {
    phase(text) {
      phase = text
      since = performance.now()
      base = runner.status()
      draw()
    },
    stop() {
      clearInterval(timer)
      stream.write('\r\u001B[K')
    },
  }
}

/** `done` of `known` parts, events per second, and the time left if no more parts come. */
export function describe(done: number, known: number, eventsPerSecond: number, seconds: number): string {
  if (known === 0) return ''
  const share = Math.min(1, done / known)
  const filled = Math.round(share * BAR_WIDTH)
  const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`
  const rate = eventsPerSecond > 0 ? `, ${(eventsPerSecond / 1e6).toFixed(1)} M events/s` : ''
  const left = share > 0.01 ? `, ~${Math.ceil((seconds * (1 - share)) / share)} s left` : ''
  return `${bar} ${(100 * share).toFixed(0)} %${rate}${left}`
}
