/** Patches of the fixture engine: twenty that make it slower, and ten that do not. */

export interface Patch {
  readonly name: string
  /** In which file; the engine where none is said. */
  readonly file?: string
  readonly find: string
  readonly replace: string
  /** What the patch needs besides, at the end of the file. */
  readonly append?: string
}

export interface Regression extends Patch {
  /** The benchmark that must be named first. */
  readonly benchmark: string
  /** What finds it. What needs the clock is timed beside one other benchmark; the rest is counted in all of them. */
  readonly by: 'work' | 'clock'
}

export const REGRESSIONS: readonly Regression[] = [
  {
    name: 'a binary search became a linear one',
    benchmark: 'insert',
    by: 'work',
    find: 'while (low < high) {',
    replace: 'while (low < high && this.items[low] < value) { low++; continue',
  },
  {
    name: 'sorted anew after each insertion',
    benchmark: 'insert',
    by: 'work',
    find: 'this.items.splice(low, 0, value)',
    replace: 'this.items.push(value); this.items.sort((a, b) => a - b)',
  },
  {
    name: 'the list copied on every insertion',
    benchmark: 'insert',
    by: 'work',
    find: 'this.items.splice(low, 0, value)',
    replace: 'this.items = [...this.items.slice(0, low), value, ...this.items.slice(low)]',
  },
  {
    name: 'a prefilter dropped',
    benchmark: 'search',
    by: 'work',
    find: 'if (!text.includes(this.literal)) return 0',
    replace: '',
  },
  {
    name: 'the prefilter asked at every position',
    benchmark: 'search',
    by: 'work',
    find: 'if (this.matchesAt(text, at)) found++',
    replace: 'if (includes(text, this.literal) && this.matchesAt(text, at)) found++',
    append: `function includes(text, literal) {
  for (let at = 0; at + literal.length <= text.length; at++) if (text.startsWith(literal, at)) return true
  return false
}
`,
  },
  {
    name: 'a matcher compiled anew on each call',
    benchmark: 'search',
    by: 'work',
    find: 'if (matcher === undefined)',
    replace: 'for (let i = 0; i < 200; i++) matcher = new Matcher(word)\n  if (matcher === undefined)',
  },
  {
    name: 'a lost batch: every packet by itself',
    benchmark: 'batch',
    by: 'work',
    find: 'if (this.queue.length >= this.size) this.flush()',
    replace: 'this.flush()',
  },
  {
    name: 'batches of 8 in place of 64',
    benchmark: 'batch',
    by: 'work',
    find: 'size = 64',
    replace: 'size = 8',
  },
  {
    name: 'an extra copy of each record',
    benchmark: 'parse',
    by: 'work',
    find: 'bytes.subarray(at + 1, at + 1 + bytes[at])',
    replace: 'Array.from(bytes.subarray(at + 1, at + 1 + bytes[at]))',
  },
  {
    name: 'the rest of the buffer copied for each record',
    benchmark: 'parse',
    by: 'clock',
    find: 'bytes.subarray(at + 1, at + 1 + bytes[at])',
    replace: 'bytes.slice(at + 1)',
  },
  {
    name: 'a leak: a cache that forgets nothing',
    benchmark: 'cache',
    by: 'work',
    find: 'if (this.entries.size > this.capacity) this.entries.delete(this.entries.keys().next().value)',
    replace: '',
  },
  {
    name: 'eviction that looks at every entry',
    benchmark: 'cache',
    by: 'work',
    find: 'this.entries.delete(this.entries.keys().next().value)',
    replace:
      'for (const old of this.entries.keys()) { if (this.entries.size > this.capacity) this.entries.delete(old) }',
  },
  {
    name: 'a table built on each call: slower only on short texts',
    benchmark: 'words-short',
    by: 'work',
    find: 'let words = 0\n  let before',
    replace:
      'const table = []\n  for (let i = 0; i < 8; i++) table.push(i)\n  let words = table.length - 8\n  let before',
  },
  {
    name: 'every character tested by a pattern',
    benchmark: 'words-long',
    by: 'clock',
    find: 'return code < 128 ? KINDS[code] : /\\p{L}/u.test(String.fromCharCode(code)) ? 1 : 0',
    replace: 'return /[\\w\\p{L}]/u.test(String.fromCharCode(code)) ? 1 : 0',
  },
  {
    name: 'a deoptimised call: a step that is made anew for each byte',
    benchmark: 'checksum',
    by: 'clock',
    find: 'return (Math.imul(sum, 31) + byte) | 0',
    replace: 'return eval("(Math.imul(sum, 31) + byte) | 0")',
  },
  {
    name: 'whole numbers of any size',
    benchmark: 'checksum',
    by: 'work',
    find: 'return (Math.imul(sum, 31) + byte) | 0',
    replace: 'return Number(BigInt.asIntN(32, BigInt(sum) * 31n + BigInt(byte)))',
  },
  {
    name: 'the same checksum three times',
    benchmark: 'checksum',
    by: 'work',
    find: 'let sum = 0\n  for (let i = 0; i < bytes.length; i++)',
    replace:
      'let sum = 0\n  for (let k = 0; k < 2; k++) for (let i = 0; i < bytes.length; i++) step(k, bytes[i])\n  for (let i = 0; i < bytes.length; i++)',
  },
  {
    name: 'rows cloned before they are written',
    benchmark: 'serialise',
    by: 'work',
    find: 'for (const row of rows) text',
    replace: 'for (const row of structuredClone(rows)) text',
  },
  {
    name: 'a text joined and split at every row',
    benchmark: 'serialise',
    by: 'work',
    find: 'text += `${row.id},${row.name}\\n`',
    replace: "text = [...text.split('\\n').slice(0, -1), `${row.id},${row.name}`, ''].join('\\n')",
  },
  {
    name: 'one unit of work done twice',
    benchmark: 'batch',
    by: 'work',
    find: 'for (let i = 0; i < 200; i++)',
    replace: 'for (let i = 0; i < 400; i++)',
  },
]

export const HARMLESS: readonly Patch[] = [
  {
    name: 'a comment',
    find: 'export class Matcher',
    replace: '// What it looks for is fixed.\nexport class Matcher',
  },
  {
    name: 'a long comment at the top',
    find: '/** A small engine',
    replace: `/* ${'x'.repeat(5000)} */\n/** A small engine`,
  },
  {
    name: 'a local renamed',
    find: 'const middle = (low + high) >> 1\n      if (this.items[middle]',
    replace: 'const centre = (low + high) >> 1\n      const middle = centre\n      if (this.items[centre]',
  },
  {
    name: 'an unused function',
    find: 'const first = ',
    replace: 'export function unused(a) {\n  return a.map((b) => b * 2)\n}\n\nconst first = ',
  },
  {
    name: 'an unused class',
    find: 'const matchers',
    replace: 'export class Unused {\n  value = 1\n}\nconst matchers',
  },
  {
    name: 'functions in another order',
    find: 'const first = (record) => record[0]\n',
    replace: '',
    append: 'const first = (record) => record[0]\n',
  },
  {
    name: 'a helper taken out of a loop',
    find: "if (this.word[i] !== '.' && this.word[i] !== text[at + i]) return false",
    replace: 'if (differ(this.word[i], text[at + i])) return false',
    append: "const differ = (a, b) => a !== '.' && a !== b\n",
  },
  {
    name: 'a new test',
    file: 'engine.test.mjs',
    find: '',
    replace:
      "import { parse } from './engine.mjs'\nif (parse(new Uint8Array()) !== 0) throw new Error('wrong')\n",
  },
  { name: 'a document', file: 'README.md', find: '', replace: '# An engine\n' },
  {
    name: 'an error that is never thrown',
    find: 'export function serialise(rows) {',
    replace: "export function serialise(rows) {\n  if (rows === null) throw new Error('no rows')",
  },
]
