import type { SchedulerPort } from '../../shared/aws/scheduler-port.ts'
import type { SecretsManagerPort } from '../../shared/aws/secrets-manager.ts'
import { CANDIDATE_LABEL } from '../../shared/engine/known.ts'
import type { SimulatedSecrets } from './secrets.ts'
import type { Gate } from './target.ts'

/** Rules on the way to Secrets Manager that are broken. */
export interface PortRules {
  /** The candidate label is given with the put instead of under the lock. */
  readonly labelsInPut?: boolean
  /** This label is moved from wherever it is, instead of by compare-and-swap. */
  readonly movesBlindly?: string
}

/** Each call is one action of the invocation that makes it. */
export const portOf = (
  secrets: SimulatedSecrets,
  gateOf: () => Gate,
  rules: PortRules,
): SecretsManagerPort => ({
  describeSecret: (input) => gateOf()('DescribeSecret', () => secrets.describeSecret(input)),
  getSecretValue: (input) =>
    gateOf()(`GetSecretValue ${input.VersionStage ?? ''}`, () => secrets.getSecretValue(input)),
  putSecretValue: (input) =>
    gateOf()(`PutSecretValue ${input.VersionStages.join('+')}`, () =>
      secrets.putSecretValue(
        rules.labelsInPut === true
          ? { ...input, VersionStages: [...input.VersionStages, CANDIDATE_LABEL] }
          : input,
      ),
    ),
  updateSecretVersionStage: (input) =>
    gateOf()(`UpdateSecretVersionStage ${input.VersionStage}`, () =>
      secrets.updateSecretVersionStage(blindly(secrets, rules, input)),
    ),
})

export const schedulerOf = ({ scheduler }: SimulatedSecrets, gateOf: () => Gate): SchedulerPort => ({
  createSchedule: async (input) => await gateOf()('CreateSchedule', () => scheduler.createSchedule(input)),
  getSchedule: async (input) => await gateOf()('GetSchedule', () => scheduler.getSchedule(input)),
  deleteSchedule: async (input) => await gateOf()('DeleteSchedule', () => scheduler.deleteSchedule(input)),
})

/** The holder of the label as it is now instead of as it was read: no compare-and-swap. */
function blindly<Input extends { readonly VersionStage: string; readonly MoveToVersionId?: string }>(
  secrets: SimulatedSecrets,
  { movesBlindly }: PortRules,
  input: Input,
): Input {
  if (input.VersionStage !== movesBlindly || input.MoveToVersionId === undefined) return input
  const { candidate, current } = secrets.holders()
  const holder = input.VersionStage === CANDIDATE_LABEL ? candidate : current
  return { ...input, ...(holder === undefined ? {} : { RemoveFromVersionId: holder }) }
}
