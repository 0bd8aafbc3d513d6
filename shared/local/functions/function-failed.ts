/** What a function threw, as Lambda tells it: `name` is the `errorType`. */
export class FunctionFailed extends Error {
  override readonly name: string

  constructor(errorType: string, errorMessage: string) {
    super(errorMessage)
    this.name = errorType
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html */
export function functionError(error: unknown): { errorType: string; errorMessage: string } {
  return error instanceof Error
    ? { errorType: error.name, errorMessage: error.message }
    : { errorType: 'Error', errorMessage: String(error) }
}
