/** C and C++ libraries through koffi: PCRE2 with its JIT, TRE, RE2, Vectorscan. */
import { nativeText, type Compile, type NativeText } from '../../peers/regex/library.ts'
import { compilePcre2, compileTre, pcre2 as pcre2Peer, tre as trePeer } from '../../peers/regex/native.ts'
import { vectorscan as vectorscanPeer, vectorscanScanner } from '../../peers/regex/native.ts'
import type { Task } from '../../peers/regex/peer.ts'
import { compileRe2, re2 as re2Peer } from '../../peers/regex/re2.ts'
import { flagsAmong, Refused, type Adapter, type Bound, type Compiled } from './adapter.ts'

const CALLED = 'bytes at an address, one call a match through koffi: 0.2 us each'

/** `gave up` is an answer of a search; what a compiler throws is a refusal. */
function refusing<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new Refused(error instanceof Error ? error.message.replace(/^refused: /, '') : String(error))
  }
}

const asked = (flags: Set<string>, ask: Task['ask']) => ({
  ignoreCase: flags.has('i'),
  unicode: flags.has('u'),
  ask,
})

function compileBy(compile: Compile, known: string) {
  return (pattern: string, flags: string): Compiled => {
    const set = flagsAmong(flags, known)
    const inline = ['m', 's'].filter((flag) => set.has(flag)).join('')
    const source = inline === '' ? pattern : `(?${inline})${pattern}`
    const matcherFor = (ask: Task['ask']) => refusing(() => compile(source, asked(set, ask)))
    const tests = matcherFor('test')
    let spans: ReturnType<Compile> | null = null
    return {
      bind: (bytes) => {
        const text = nativeText(bytes)
        return {
          test: () => tests.next(text, 0),
          each: (visit) => eachOf((spans ??= matcherFor('spans')), text, visit),
          eachGroups: (visit) => {
            const matcher = matcherFor('groups')
            eachOf(matcher, text, () => visit(matcher.groupSpans()))
            matcher.close?.()
          },
        }
      },
      close: () => {
        tests.close?.()
        spans?.close?.()
      },
    }
  }
}

function eachOf(
  { next, found }: ReturnType<Compile>,
  text: NativeText,
  visit: (start: number, end: number) => boolean,
): void {
  for (let from = 0; from <= text.length && next(text, from);) {
    // `found` is read before `visit` may ask for another.
    const { start, end } = found
    if (!visit(start, end)) return
    from = end > start ? end : end + 1
  }
}

export function pcre2(): Adapter {
  return {
    facts: {
      version: pcre2Peer.version,
      semantics: 'leftmost-first',
      units: 'bytes',
      promise: null,
      called: CALLED,
      refuses: 'little; gives up at its match limit',
    },
    compile: compileBy(compilePcre2, 'imsu'),
  }
}

export function tre(): Adapter {
  return {
    facts: {
      version: trePeer.version,
      semantics: 'leftmost-longest',
      units: 'bytes',
      promise: null,
      groups: 'posix',
      called: `${CALLED}; after a match it gets the rest of the text, as it takes no start offset`,
      refuses: 'looking around, lazy bounds of some kinds, bounds above 255',
    },
    compile: compileBy(compileTre, 'i'),
  }
}

export function re2(): Adapter {
  return {
    facts: {
      version: re2Peer.version,
      semantics: 'leftmost-longest',
      units: 'bytes',
      promise: 'linear',
      called: `${CALLED}; asked for the longest match, dot matches a newline`,
      refuses: 'references back, looking around, bounds above 1,000',
    },
    compile: compileBy(compileRe2, 'imu'),
  }
}

export function vectorscan(): Adapter {
  return {
    facts: {
      version: vectorscanPeer.version,
      semantics: 'all-ends',
      units: 'bytes',
      promise: 'linear',
      called: 'bytes at an address, one call a text, one call back a match',
      refuses: 'references back, looking around, groups, starts of some patterns',
    },
    compile: (pattern, flags) => {
      const set = flagsAmong(flags, 'iu')
      const open = (withStart: boolean) =>
        refusing(() => vectorscanScanner(pattern, set.has('i'), set.has('u'), withStart))
      const ends = open(false)
      let starts: ReturnType<typeof open> | null = null
      return {
        bind: (bytes): Bound => {
          const text = nativeText(bytes)
          return {
            test: () => ends.scan(text, 'test') > 0,
            count: () => ends.scan(text, 'count'),
            each: (visit) => {
              const spans = (starts ??= open(true)).list(text)
              for (let at = 0; at < spans.length; at += 2) if (!visit(spans[at]!, spans[at + 1]!)) return
            },
          }
        },
        close: () => {
          ends.close()
          starts?.close()
        },
      }
    },
  }
}
