import { inspect } from 'node:util'
import { QuarterturnError } from '../../shared/errors/index.ts'

/** The `QuarterturnError` that `work` rejects with; anything else is a defect of the test. */
export async function failure(work: Promise<unknown>): Promise<QuarterturnError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof QuarterturnError) return error
  throw new Error(`expected a QuarterturnError, got ${inspect(error)}`)
}
