import { createCleaner } from '../../redact.ts'
import type { LocalAws } from '../accounts/local-aws.ts'
import type { RotationFunction, RotationFunctionEvent } from '../secrets/service.ts'

/** How one call of a rotation function went. */
export interface StepEnded {
  readonly functionName: string
  readonly step: RotationFunctionEvent['Step']
  readonly secretArn: string
  readonly versionId: string
  readonly tookMs: number
  /** Why it failed, without the values of the secret as far as they are known. */
  readonly failure?: string
}

/** The members that AWS's formats have beside the credential: a message without them says little. */
const NOT_SECRET = new Set([
  'engine',
  'host',
  'port',
  'username',
  'dbname',
  'dbInstanceIdentifier',
  'masterarn',
  'Type',
])

export function reported(
  aws: LocalAws,
  functionName: string,
  invoke: (payload: unknown) => Promise<unknown>,
  onStep: ((step: StepEnded) => void) | undefined,
): RotationFunction {
  if (onStep === undefined) return invoke
  return async (event) => {
    const began = performance.now()
    const ended = (failure?: string) =>
      onStep({
        functionName,
        step: event.Step,
        secretArn: event.SecretId,
        versionId: event.ClientRequestToken,
        tookMs: performance.now() - began,
        ...(failure === undefined ? {} : { failure }),
      })
    try {
      await invoke(event)
    } catch (error) {
      ended(cleaned(aws, event, error))
      throw error
    }
    ended()
  }
}

function cleaned(aws: LocalAws, event: RotationFunctionEvent, error: unknown): string {
  const cleaner = createCleaner()
  cleaner.know(event.RotationToken)
  const [, , , region, account = ''] = event.SecretId.split(':', 5)
  const model = aws.account(account).secretsManager(region)
  for (const value of model.valuesOf(event.SecretId)) for (const part of partsOf(value)) cleaner.know(part)
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return cleaner
    .clean(said)
    .replaceAll(/\p{C}+/gu, ' ')
    .slice(0, 500)
}

/** The value itself and, of a JSON object, each text in it that may be the credential. */
function partsOf(value: string): string[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(value)
  } catch {
    return [value]
  }
  if (typeof parsed !== 'object' || parsed === null) return [value]
  const members = Object.entries(parsed).filter(([key]) => !NOT_SECRET.has(key))
  return [
    value,
    ...members.flatMap(([, member]) => (typeof member === 'string' && member !== '' ? [member] : [])),
  ]
}
