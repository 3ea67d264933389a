/** How a request is refused: `{error: {code, message, field}}` with a status. */
import { ServiceError, type ServiceErrorCode } from '../service-error.ts'

export class HttpError extends Error {
  override readonly name = 'HttpError'
  readonly status: number
  readonly code: string
  readonly field: string | null

  constructor(status: number, code: string, message: string, field: string | null = null) {
    super(message)
    this.status = status
    this.code = code
    this.field = field
  }
}

const STATUS: Readonly<Record<ServiceErrorCode, number>> = {
  invalid: 400,
  blocked_address: 400,
  not_found: 404,
  conflict: 409,
  idempotency_conflict: 409,
  too_large: 413,
  overloaded: 429,
  unavailable: 503,
}

export const invalid = (message: string, field: string | null = null): HttpError =>
  new HttpError(400, 'invalid', message, field)

/** What an error says to the client. An unexpected one says nothing of the inside. */
export function refusalOf(error: unknown): HttpError {
  if (error instanceof HttpError) return error
  if (error instanceof ServiceError) {
    return new HttpError(STATUS[error.code], error.code, error.message, error.field)
  }
  return new HttpError(500, 'internal', 'something went wrong here')
}

export function refusalBody({ code, message, field }: HttpError): string {
  return JSON.stringify({ error: { code, message, field } })
}
