/** What a receiver gets as body, after Gemini's webhooks: `{type, version, timestamp, data}`. */

/** Bytes of a body at most. Standard Webhooks advises to stay under 20 kB; receivers' frameworks are sized for that. */
export const BODY_LIMIT = 20_000

/** The body: `data` is JSON text, `accepted` ms since 1970. The timestamp is the event's and the same in every attempt. */
export function envelope(type: string, accepted: number, data: string): string {
  const timestamp = new Date(accepted).toISOString()
  return `{"type":${JSON.stringify(type)},"version":"v1","timestamp":"${timestamp}","data":${data}}`
}
