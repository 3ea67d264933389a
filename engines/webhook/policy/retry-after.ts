/**
 * `Retry-After` (RFC 9110 section 10.2.3): seconds, or a date in one of the three forms of section 5.6.7.
 *
 * Read strictly, by form, never by `Date.parse`: that takes `-3` for March 2001 and `120` for the year 120. What is not
 * one of the forms is ignored; a receiver's bad header must not change when it gets its message.
 */
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)'
const LONG_DAY = '(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day'
const MONTH = `(?<month>${MONTHS.join('|')})`
const TIME = String.raw`(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)`

const SECONDS = /^\d{1,10}$/
const DATES: readonly RegExp[] = [
  // IMF-fixdate, RFC 850, asctime.
  new RegExp(String.raw`^${DAY}, (?<day>\d\d) ${MONTH} (?<year>\d{4}) ${TIME} GMT$`),
  new RegExp(String.raw`^${LONG_DAY}, (?<day>\d\d)-${MONTH}-(?<year>\d\d) ${TIME} GMT$`),
  new RegExp(String.raw`^${DAY} ${MONTH} (?<day>[ \d]\d) ${TIME} (?<year>\d{4})$`),
]

/** How long the header asks to wait from `now` (ms since 1970), in ms and at least 0; null when it asks for nothing. */
export function retryAfter(value: string | undefined, now: number): number | null {
  if (value === undefined) return null
  if (SECONDS.test(value)) return 1000 * Number(value)
  for (const form of DATES) {
    const parts = form.exec(value)?.groups
    if (parts !== undefined) {
      const at = timeOf(parts, now)
      return at === null ? null : Math.max(0, at - now)
    }
  }
  return null
}

function timeOf(parts: Record<string, string>, now: number): number | null {
  const day = Number(parts['day'])
  const [hour, minute, second] = [Number(parts['hour']), Number(parts['minute']), Number(parts['second'])]
  const month = MONTHS.indexOf(parts['month']!)
  let year = Number(parts['year'])
  if (parts['year']!.length === 2) {
    // Of the years that end so, the last that is not more than 50 years ahead (RFC 9110 section 5.6.7).
    const thisYear = new Date(now).getUTCFullYear()
    year += thisYear - (thisYear % 100)
    if (year > thisYear + 50) year -= 100
  }
  // 60 is a leap second, which the clock does not have.
  if (hour > 23 || minute > 59 || second > 60) return null
  const date = new Date(Date.UTC(year, month, day, hour, minute, second))
  const isReal = day > 0 && new Date(Date.UTC(year, month, day)).getUTCDate() === day
  return isReal ? date.getTime() : null
}
