import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clean, cleanLine, csvField, escapeXml } from './escape.ts'
import { anyCodeUnits, hostileTexts } from '../testing/hostile.ts'

const anyText = fc.oneof(fc.constantFrom(...hostileTexts), anyCodeUnits)
const unescape = (text: string) =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')

describe('escaping for HTML and XML', () => {
  it('leaves no character that ends a text, an attribute or a comment, and loses none', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const escaped = escapeXml(text)
        expect(escaped).not.toMatch(/[<>"']/)
        expect(escaped).not.toMatch(/&(?!(?:amp|lt|gt|quot|#39);)/)
        expect(unescape(escaped)).toBe(clean(text))
      }),
    )
  })

  it('keeps ordinary text, in any script, as it is', () => {
    for (const text of ['p99 (relay)', 'Задержка', 'שלום', '漢字', '😀', 'a\nb\tc'])
      expect(escapeXml(text)).toBe(text)
  })
})

describe('cleaning', () => {
  it('removes what reorders text and replaces what XML forbids', () => {
    expect(clean('safe\u202etxt.exe\u202c')).toBe('safetxt.exe')
    expect(clean('a\u0000b\ud800c\u009bd')).toBe('a\ufffdb\ufffdc\ufffdd')
  })

  it('is done after once', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(clean(clean(text))).toBe(clean(text))
      }),
    )
  })

  it('leaves a terminal one line and no escape sequence', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const char of cleanLine(text)) {
          const code = char.codePointAt(0)!
          expect(code >= 0x20 && (code < 0x7f || code > 0x9f)).toBe(true)
        }
      }),
    )
  })
})

describe('a CSV field', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '＝1'])('is no formula: %j', (text) => {
    expect(csvField(text)).toMatch(/^"?'/)
  })

  it('quotes what needs quotes and writes numbers plainly', () => {
    expect(csvField('a,b')).toBe('"a,b"')
    expect(csvField('say "x"')).toBe('"say ""x"""')
    expect(csvField('two\nlines')).toBe('"two\nlines"')
    expect(csvField(-1.5e-7)).toBe('-1.5e-7')
    expect(csvField(null)).toBe('')
    expect(csvField(Number.NaN)).toBe('')
  })
})
