/**
 * Whether a stream gets colour: NO_COLOR forbids it (no-color.org), FORCE_COLOR demands it, TERM=dumb cannot show it, and
 * else a terminal gets it. A value of 0 of FORCE_COLOR forbids it too, and an empty value says nothing.
 */
export function hasColour(
  stream: Pick<NodeJS.WriteStream, 'isTTY'>,
  env: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  if (env['NO_COLOR']) return false
  const forced = env['FORCE_COLOR']
  if (forced) return !['0', 'false'].includes(forced)
  return stream.isTTY && env['TERM'] !== 'dumb'
}
