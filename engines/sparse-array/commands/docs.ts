/** What COMMAND DOCS says of the array type, as clients and `redis-cli` show it: Redis's forms, for its own arguments. */

export interface ArgumentDoc {
  readonly name: string
  readonly type: string
  readonly keySpec?: number
  readonly token?: string
  readonly flags?: readonly string[]
  readonly inner?: readonly ArgumentDoc[]
}

export interface CommandDoc {
  readonly summary: string
  readonly complexity: string
  readonly arguments?: readonly ArgumentDoc[]
}

const token = (name: string): ArgumentDoc => ({ name, type: 'pure-token', token: name.toUpperCase() })
const block = (name: string, pattern: string): ArgumentDoc => ({
  name,
  type: 'block',
  inner: [token(name), { name: pattern, type: 'string' }],
})

export const ARRAY_DOCS: Readonly<Record<string, CommandDoc>> = {
  arset: {
    summary: 'Sets one or more contiguous values from an index on.',
    complexity: 'O(N) where N is the number of values.',
  },
  armset: { summary: 'Sets values at several indices.', complexity: 'O(N) where N is the number of pairs.' },
  arget: { summary: 'Gets the value at an index.', complexity: 'O(1)' },
  armget: {
    summary: 'Gets the values at several indices.',
    complexity: 'O(N) where N is the number of indices.',
  },
  argetrange: {
    summary: 'Gets all positions of a range.',
    complexity: 'O(N) where N is the length of the range.',
  },
  arscan: {
    summary: 'Gets the existing elements of a range.',
    complexity: 'O(N) where N is the number of existing elements visited.',
  },
  arop: {
    summary: 'Folds the elements of a range into one figure.',
    complexity: 'O(N) where N is the number of existing elements visited.',
  },
  arlen: { summary: 'Gets the highest index plus one.', complexity: 'O(1)' },
  arcount: { summary: 'Gets the number of elements.', complexity: 'O(1)' },
  ardel: { summary: 'Deletes elements.', complexity: 'O(N) where N is the number of indices.' },
  ardelrange: {
    summary: 'Deletes the elements of ranges.',
    complexity: 'O(N) where N is the number of blocks touched.',
  },
  arinsert: { summary: 'Appends values at the cursor.', complexity: 'O(N) where N is the number of values.' },
  arring: {
    summary: 'Appends values to a ring.',
    complexity: 'O(N), and O(N+M) when a ring of M elements changes its size.',
  },
  arnext: { summary: 'Gets the index of the next append.', complexity: 'O(1)' },
  arseek: { summary: 'Sets the index of the next append.', complexity: 'O(1)' },
  arlastitems: {
    summary: 'Gets the positions that were appended last.',
    complexity: 'O(N) where N is the number of positions.',
  },
  arinfo: { summary: 'Describes an array.', complexity: 'O(1), FULL: O(N) where N is the number of slices.' },
  argrep: {
    summary: 'Searches array elements in a range using textual predicates.',
    complexity:
      'O(P * C) where P is the number of visited positions in touched slices and C is the cost of evaluating the predicates on one existing element.',
    arguments: [
      { name: 'key', type: 'key', keySpec: 0 },
      { name: 'start', type: 'string' },
      { name: 'end', type: 'string' },
      {
        name: 'predicate',
        type: 'oneof',
        flags: ['multiple'],
        inner: [
          block('exact', 'string'),
          block('match', 'string'),
          block('glob', 'pattern'),
          block('re', 'pattern'),
        ],
      },
      {
        name: 'options',
        type: 'oneof',
        flags: ['optional', 'multiple'],
        inner: [
          token('and'),
          token('or'),
          { name: 'limit', type: 'integer', token: 'LIMIT' },
          token('withvalues'),
          token('nocase'),
        ],
      },
    ],
  },
}
