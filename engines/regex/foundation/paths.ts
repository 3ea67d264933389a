/**
 * The special paths by name. Each can be closed, so that `testing/paths.ts` can print what it is worth beside the next
 * simpler way. Asked when a pattern is compiled or first searched with, never while a text is walked.
 */
export type SpecialPath =
  | 'pair'
  | 'teddy'
  | 'grams'
  | 'literal spans'
  | 'skip'
  | 'starting bytes'
  | 'is-match'
  | 'short strings'
  | 'at the end'
  | 'dense'
  | 'ordered'
  | 'ranked search'
  | 'one-pass'
  | 'multi-pass'
  | 'filter'
  | 'bits'
  | 'bit kernel'
  | 'live'
  | 'scan literals'
  | 'sheng'
  | 'lock-step'

const closed = new Set<SpecialPath>()

export const isOpen = (path: SpecialPath): boolean => !closed.has(path)

/** Runs `work` without a path: what is compiled inside and searched with for the first time never takes it. */
export function withoutPath<T>(path: SpecialPath, work: () => T): T {
  closed.add(path)
  try {
    return work()
  } finally {
    closed.delete(path)
  }
}
