import { isNamed, isOtherStage } from './aws-names.ts'
import type { StepContext } from './context.ts'

/**
 * Moves a label of this secret by compare-and-swap; without `from` it must be on no version, without `to` it is taken off.
 * `lost`: it is not where it was thought to be. Rejects with any other error.
 */
export async function moveLabel(
  c: StepContext,
  label: string,
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
): Promise<'moved' | 'lost'> {
  try {
    await c.raw((sm) =>
      sm.updateSecretVersionStage({
        SecretId: c.arn,
        VersionStage: label,
        ...(to === undefined ? {} : { MoveToVersionId: to }),
        ...(from === undefined ? {} : { RemoveFromVersionId: from }),
      }),
    )
    return 'moved'
  } catch (error) {
    if (!isCompareAndSwapFailure(error)) throw c.awsError(error, 'UpdateSecretVersionStage')
    c.cause = error
    return 'lost'
  }
}

/** The label was not where it was read. A secret that is marked for deletion is refused by the same name. */
export const isCompareAndSwapFailure = (error: unknown): boolean =>
  isNamed(error, 'InvalidParameterException') || isOtherStage(error)
