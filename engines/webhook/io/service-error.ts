/** What the service refuses, by code; the HTTP API gives each its status. */
export type ServiceErrorCode =
  | 'invalid'
  | 'blocked_address'
  | 'not_found'
  | 'conflict'
  | 'idempotency_conflict'
  | 'too_large'
  | 'overloaded'
  | 'unavailable'

export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  readonly code: ServiceErrorCode
  readonly field: string | null

  constructor(code: ServiceErrorCode, message: string, field: string | null = null) {
    super(message)
    this.code = code
    this.field = field
  }
}
