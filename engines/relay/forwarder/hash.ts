/**
 * Keyed hashing for the tables that outsiders choose the keys of: addresses, transaction ids.
 *
 * NH (Black, Halevi, Krawczyk, Krovetz and Rogaway, "UMAC", Crypto 1999): 16-bit halves plus secret words, multiplied
 * in pairs, the products summed. For any two different keys of one kind the sums are equal with chance 2^-16 over the
 * secret, whoever chose the keys: a public mixing function, however thorough, has keys that collide under every seed
 * that is merely xored in. The last step spreads the sum over all bits, as tables take the low ones.
 */

/** Secret 16-bit words drawn from a seed; different `purpose`, different words. */
export function hashKey(seed: number, purpose: number, words: number): Int32Array {
  const key = new Int32Array(words)
  let state = (seed ^ Math.imul(purpose, 0x9e3779b1)) | 0
  for (let i = 0; i < words; i++) {
    state = (state + 0x9e3779b9) | 0
    key[i] = mixed(mixed(state) ^ seed) >>> 16
  }
  return key
}

/** The product of one 32-bit word's halves under the key words at `i` and `i + 1`. */
export function nhPair(word: number, key: Int32Array, i: number): number {
  return Math.imul(((word >>> 16) + key[i]!) & 0xffff, (word + key[i + 1]!) & 0xffff)
}

/** The same for a value of 16 bits; the second factor is odd, so values that differ never give one product. */
export function nhHalf(value: number, key: Int32Array, i: number): number {
  return Math.imul((value + key[i]!) & 0xffff, key[i + 1]! | 1)
}

/** A bijection of 32 bits in which every bit of the sum reaches the low ones. */
export function mixed(sum: number): number {
  const hash = Math.imul(sum ^ (sum >>> 15), 0x2c1b3c6d)
  return hash ^ (hash >>> 16)
}
