/**
 * A host and a port as a URL, a `Host` header and `CLIENT LIST` have them: an IPv6 address stands in brackets (RFC 3986
 * section 3.2.2), or nobody could tell where it ends.
 */
export const hostPort = (host: string, port: number): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`
