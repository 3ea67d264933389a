/**
 * A user's own load: a CSV with a row for each interval, how many arrived in it.
 *
 *     # calls begun, from our gateway's log
 *     time,arrivals
 *     2026-11-02T00:00:00Z,512
 *     2026-11-02T00:05:00Z,498
 *
 * Columns are found by their names; others are ignored. `time` is when the interval begins: an ISO 8601 date and time
 * (UTC where no zone is given), a duration such as `5min`, or a number of seconds, counted from any midnight in UTC: what
 * the clock says in the first row goes with the load, for a sim that has a clock. Intervals are equally long and follow
 * each other without a gap, so the first two times say how long. Lines that begin with `#` are comments. Everything that
 * is wrong is told with its line and column.
 */
import type { ArrivalLoad } from '../../contract/arrival-load.ts'
import { LONGEST_INTERVAL, MOST_INTERVALS, tooFew } from '../../contract/arrival-load.ts'
import { nearest } from '../../contract/nearest.ts'
import { formatQuantity } from '../../contract/format.ts'
import { parseQuantity } from '../../contract/units.ts'
import { MAX_ERRORS, type ScenarioError } from './errors.ts'

export const MAX_CSV = 4 * 1024 * 1024
const COLUMNS = ['time', 'arrivals'] as const
const ISO = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)?(Z|[+-]\d\d:?\d\d)?$/
const NUMBER = /^\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/
/** Times that were rounded to the millisecond are equally far apart all the same. */
const UNEVEN = 1e-3
const DAY = 86_400

export const CSV_TEMPLATE = [
  '# A load of your own: how many arrive in each interval. Change the rows, keep the header.',
  '# time: when the interval begins: 2026-11-02T08:00:00Z, a duration such as 90min, or seconds. Equally far apart.',
  '# arrivals: how many, 0 or more.',
  '# In a scenario, in place of its rate of arrivals:  params: { load: { csv: THIS-FILE.csv } }',
  'time,arrivals',
  ...Array.from({ length: 24 }, (_, hour) => {
    const share = 0.24 + 1.27 * ((1 - Math.cos((2 * Math.PI * (hour - 7)) / 24)) / 2)
    return `${hour}h,${Math.round(3600 * 5 * share)}`
  }),
  '',
].join('\n')

interface Field {
  readonly text: string
  /** From 1. */
  readonly column: number
}

interface Row {
  readonly line: number
  readonly fields: readonly Field[]
}

/** Reads a load. Pure; never throws. */
export function readArrivals(
  file: string,
  text: string,
): { readonly load: ArrivalLoad | null; readonly errors: readonly ScenarioError[] } {
  const reader = new Reader(file)
  const load = reader.read(text.startsWith('\uFEFF') ? text.slice(1) : text)
  return { load: reader.errors.length > 0 ? null : load, errors: reader.errors }
}

class Reader {
  readonly errors: ScenarioError[] = []
  private readonly file: string

  constructor(file: string) {
    this.file = file
  }

  private refuse(line: number, column: number, message: string, near?: string): null {
    if (this.errors.length < MAX_ERRORS)
      this.errors.push({ file: this.file, line, column, key: '', message, nearest: near })
    return null
  }

  read(text: string): ArrivalLoad | null {
    const rows = this.rows(text)
    if (rows === null) return null
    const [header, ...data] = rows
    if (header === undefined) return this.refuse(1, 1, 'the file is empty: expected the header time,arrivals')
    const places = this.columns(header)
    if (places === null) return null
    if (data.length < 2)
      return this.refuse(
        header.line,
        1,
        'fewer than two rows below the header: they say how long an interval is',
      )
    if (data.length > MOST_INTERVALS) {
      const { line } = data[MOST_INTERVALS]!
      return this.refuse(line, 1, `more than ${MOST_INTERVALS} rows: give longer intervals`)
    }
    const [timeAt, arrivalsAt] = places
    const times: (number | null)[] = []
    const arrivals: number[] = []
    for (const { line, fields } of data) {
      if (fields.length !== header.fields.length) {
        const last = fields.at(-1)!
        times.push(
          this.refuse(
            line,
            last.column,
            `${fields.length} columns, but the header has ${header.fields.length}`,
          ),
        )
        continue
      }
      times.push(this.time(line, fields[timeAt]!))
      arrivals.push(this.arrivals(line, fields[arrivalsAt]!) ?? 0)
    }
    const every = this.interval(data, times, timeAt)
    const few = this.errors.length === 0 ? tooFew(arrivals) : null
    if (few !== null) return this.refuse(data[0]!.line, data[0]!.fields[arrivalsAt]!.column, few)
    return every === null ? null : { every, arrivals, ...clockOf(times[0]!) }
  }

  /** Lines with something on them, cut at commas. Null when a quote stays open. */
  private rows(text: string): Row[] | null {
    const rows: Row[] = []
    for (const [index, raw] of text.split('\n').entries()) {
      const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw
      if (line.trim() === '' || line.startsWith('#')) continue
      const fields = this.fields(index + 1, line)
      if (fields === null) return null
      rows.push({ line: index + 1, fields })
      // One more than is allowed is enough to refuse the rest.
      if (rows.length > MOST_INTERVALS + 1) break
    }
    return rows
  }

  /** Fields of one line; quoted ones may hold commas and doubled quotes, but no line breaks. */
  private fields(line: number, text: string): Field[] | null {
    const fields: Field[] = []
    let at = 0
    for (;;) {
      if (text[at] === '"') {
        const close = closingQuote(text, at + 1)
        if (close < 0) return this.refuse(line, at + 1, 'a quote that is not closed on its line')
        fields.push({
          text: text
            .slice(at + 1, close)
            .replaceAll('""', '"')
            .trim(),
          column: at + 1,
        })
        at = close + 1
        if (at < text.length && text[at] !== ',')
          return this.refuse(line, at + 1, 'expected a comma after a closing quote')
      } else {
        const comma = text.indexOf(',', at)
        const end = comma < 0 ? text.length : comma
        fields.push({ text: text.slice(at, end).trim(), column: at + 1 })
        at = end
      }
      if (at >= text.length) return fields
      at++
    }
  }

  private columns({ line, fields }: Row): [number, number] | null {
    const names = fields.map(({ text }) => text.toLowerCase())
    if (fields.length === 1 && /[;\t]/.test(fields[0]!.text))
      return this.refuse(line, 1, 'columns are cut at commas, not at semicolons or tabs')
    const places = COLUMNS.map((column): number => {
      const place = names.indexOf(column)
      if (place < 0) {
        const near = names.find((name) => nearest(name, [column]) !== undefined)
        const found = near === undefined ? '' : `, but one called "${near}"`
        this.refuse(line, 1, `no column is called "${column}"${found}: the header is time,arrivals`)
      } else if (names.lastIndexOf(column) !== place) {
        this.refuse(line, fields[names.lastIndexOf(column)]!.column, `two columns are called "${column}"`)
      }
      return place
    })
    return this.errors.length > 0 ? null : (places as [number, number])
  }

  /** Seconds of any origin. */
  private time(line: number, { text, column }: Field): number | null {
    if (NUMBER.test(text)) return Number(text)
    const iso = ISO.exec(text)
    if (iso !== null) {
      const zoned = iso[1] === undefined && text.length > 10 ? `${text}Z` : text
      const milliseconds = Date.parse(zoned.replace(' ', 'T'))
      if (Number.isFinite(milliseconds)) return milliseconds / 1000
    }
    const parsed = parseQuantity(text, 's')
    if (parsed.ok) return parsed.value
    const found = text === '' ? 'nothing' : `"${shorten(text)}"`
    return this.refuse(
      line,
      column,
      `expected a time such as 2026-11-02T08:00:00Z, 90min or a number of seconds, found ${found}`,
    )
  }

  private arrivals(line: number, { text, column }: Field): number | null {
    if (NUMBER.test(text)) {
      const count = Number(text)
      if (Number.isFinite(count)) return count
    }
    const found = text === '' ? 'nothing' : `"${shorten(text)}"`
    const why = text.startsWith('-') ? ': nobody can un-arrive' : ''
    return this.refuse(line, column, `expected how many arrive, 0 or more, found ${found}${why}`)
  }

  /** Seconds from row to row: the same between all. Times that could not be read have been told already. */
  private interval(rows: readonly Row[], times: readonly (number | null)[], timeAt: number): number | null {
    const [first, second] = times
    if (first === null || second === null || first === undefined || second === undefined) return null
    const every = second - first
    for (let i = 1; i < times.length; i++) {
      const [before, now] = [times[i - 1]!, times[i]!]
      if (before === null || now === null) continue
      const { line, fields } = rows[i]!
      const { column } = fields[timeAt]!
      const step = now - before
      if (step <= 0) {
        const what = step === 0 ? 'the same time as the row before' : 'earlier than the row before'
        return this.refuse(line, column, `${what}: rows go forward in time`)
      }
      if (step > LONGEST_INTERVAL)
        return this.refuse(line, column, 'more than a year after the row before: give shorter intervals')
      if (Math.abs(step - every) <= UNEVEN * every) continue
      const [found, wanted] = [formatQuantity(step, 's'), formatQuantity(every, 's')]
      return this.refuse(
        line,
        column,
        `${found} after the row before, but the first two rows are ${wanted} apart: intervals are equally long`,
      )
    }
    return every
  }
}

/** The time of day of the first row, where it is not midnight. */
function clockOf(time: number): { readonly start?: number } {
  const start = Math.round(1000 * (((time % DAY) + DAY) % DAY)) / 1000
  return start === 0 || start === DAY ? {} : { start }
}

/** Where a quoted field ends: a quote that is not doubled. */
function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at
  }
  return -1
}

const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 37)}...` : text)
