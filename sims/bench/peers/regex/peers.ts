/** All engines that ours is measured beside. */
import { re2js, rregex, v8, v8Linear } from './javascript.ts'
import { pcre2, tre, vectorscan } from './native.ts'
import type { RegexPeer } from './peer.ts'
import { python } from './python.ts'
import { re2 } from './re2.ts'
import { rust } from './rust.ts'

export const PEERS: readonly RegexPeer[] = [
  v8,
  v8Linear,
  re2js,
  rregex,
  pcre2,
  tre,
  vectorscan,
  re2,
  rust,
  python,
]
