import fc from 'fast-check'

/** Texts that a scenario may hold and that must stay text wherever a report puts them. */
export const hostileTexts: readonly string[] = [
  '</script><script>pwned=1</script>',
  '"><img src=x onerror=pwned=1>',
  "'><svg onload=pwned=1>",
  ']]><!--<![CDATA[',
  '--><h1>pwned</h1><!--',
  '${pwned=1}`\\u003cscript\\u003e',
  '&lt;b&gt; &amp; &#x3c;',
  'safe\u202Etxt.exe\u202C \u200Fright\u200E \u2067isolate',
  'שלום עולם مرحبا',
  `${'verylongword'.repeat(40)} end`,
  '=HYPERLINK("https://example.com","click")',
  "@SUM(1+1)*cmd|'/C calc'!A0",
  'esc \u001b[31mred\u001b[0m \u0007bell \u0000nul \u009bcsi',
  'lone \ud800 surrogate \udc00',
  'tab\tline\r\nbreak \u2028 sep',
  'javascript:pwned=1',
  '{{pwned}} <%= pwned %>',
]

/** Any text at all, unpaired surrogates and control characters included. */
export const anyCodeUnits: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0, max: 0xffff })), {
    minLength: 1,
    maxLength: 30,
  })
  .map((units) => String.fromCharCode(...units))
