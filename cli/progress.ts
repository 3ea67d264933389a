/**
 * One line on stderr while a run is in progress: phase, share done, rate, time left, cut to the terminal's width. Off a
 * terminal, or on one that cannot redraw a line (TERM=dumb), a line per phase, and another whenever there was none for two
 * seconds.
 */
import { SILENCE_MS } from './alive.ts'
import type { Runner } from '../sims/lab/run/runner.ts'

const BAR_WIDTH = 24
const REDRAW_MS = 200

export interface ProgressLine {
  /** Of an open phase neither share nor time left is told: nobody knows how much work it is. */
  phase(text: string, isOpen?: boolean): void
  stop(): void
}

export function progressLine(
  runner: Runner,
  name: string,
  stream: NodeJS.WriteStream = process.stderr,
): ProgressLine {
  const redraws = stream.isTTY && process.env['TERM'] !== 'dumb'
  let phase = 'starting'
  let open = false
  let since = performance.now()
  let base = runner.status()
  const draw = () => {
    const { partsWorth, partsKnown, events } = runner.status()
    const seconds = (performance.now() - since) / 1000
    const done = partsWorth - base.partsDone
    const known = partsKnown - base.partsDone
    const told = open ? '' : describe(done, known, (events - base.events) / seconds, seconds)
    // The last column is left free: a full line would wrap, and wrapped lines cannot be redrawn.
    if (redraws) stream.write(`\r\u001B[K${fitted(`${name}: ${phase} ${told}`, (stream.columns ?? 80) - 1)}`)
    else
      stream.write(
        `${name}: ${phase}${told === '' || seconds < 1 ? '' : ` ${told.replace(/^[█░]+ /, '')}`}\n`,
      )
  }
  const timer = setInterval(draw, redraws ? REDRAW_MS : SILENCE_MS)
  return {
    phase(text, isOpen = false) {
      phase = text
      open = isOpen
      since = performance.now()
      base = runner.status()
      draw()
    },
    stop() {
      clearInterval(timer)
      if (redraws) stream.write('\r\u001B[K')
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

/** No longer than `width`: the bar goes first, then the end of the line. */
export function fitted(line: string, width: number): string {
  const without = line.length <= width ? line : line.replace(/ [█░]+/, '')
  return without.length <= width ? without : `${without.slice(0, Math.max(0, width - 1))}…`.slice(0, width)
}
