export interface Asked {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly token: string | undefined
  readonly body: string
}

export interface Answer {
  readonly status: number
  readonly type?: string
  readonly body?: string
}

export const json = (status: number, body: unknown): Answer => ({
  status,
  type: 'application/json;charset=UTF-8',
  body: JSON.stringify(body),
})

/** An error of the REST API: a list of one. */
export const restError = (status: number, errorCode: string, message: string): Answer =>
  json(status, [{ message, errorCode }])
