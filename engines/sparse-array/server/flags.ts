/** What may be said of a command. */
export const WRITE = 1
export const READ = 2
/** Refused when memory is used up. */
export const DENY_OOM = 4
export const FAST = 8
/** Runs inside MULTI at once instead of being queued. */
export const NOW = 16
/** May be sent before AUTH. */
export const NO_AUTH = 32
/** May be sent by a RESP2 client that has subscribed. */
export const SUBSCRIBED = 64
export const ADMIN = 128
/** Not allowed inside MULTI. */
export const NO_MULTI = 256
