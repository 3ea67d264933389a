/** Rows as they come out of the store. */

export interface EndpointRow {
  readonly id: number
  readonly url: string
  readonly mode: string
  readonly policy: string
  readonly rate: number | null
  readonly state: string
  readonly failingSince: number | null
  /** When it came into this state. */
  readonly changed: number
  readonly created: number
}

export interface SecretRow {
  readonly id: number
  /** 0 for the service's own keys. */
  readonly endpoint: number
  readonly secret: string
  readonly created: number
  readonly expires: number | null
}

export interface DeliveryRow {
  readonly seq: number
  readonly endpoint: number
  readonly state: number
  readonly tries: number
  readonly attempts: number
  readonly due: number
  /** When the policy's window began; null: at acceptance. */
  readonly since: number | null
}

export interface AttemptRow {
  readonly at: number
  readonly status: number | null
  readonly error: string | null
}
