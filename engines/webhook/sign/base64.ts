/** Base64 without mercy: Node's decoder takes anything, and two texts for one key are one too many. */

/** The bytes of canonical standard base64 (padding may be left off); null for everything else. */
export function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64')
  const canonical = bytes.toString('base64')
  return text === canonical || text === canonical.replace(/=+$/, '') ? bytes : null
}
