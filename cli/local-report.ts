import type { LocalEvent, SecretOverview, StepEnded } from '../shared/local/index.ts'

const time = (): string => new Date().toISOString().slice(11, 23)

/** What goes without saying. */
export interface Place {
  readonly accountId: string
  readonly region: string
}

/** `db` for the ARN of the secret of that name; `db (444455556666)` where it is elsewhere than most are. */
function nameIn(arn: string, { accountId, region }: Place): string {
  const [, , , inRegion = '', ofAccount = ''] = arn.split(':', 5)
  const elsewhere = [ofAccount === accountId ? '' : ofAccount, inRegion === region ? '' : inRegion].filter(
    Boolean,
  )
  const name = arn.slice(arn.indexOf(':secret:') + 8, -7)
  return elsewhere.length === 0 ? name : `${name} (${elsewhere.join(', ')})`
}

export function stepLine(ended: StepEnded, place: Place): string {
  const { functionName, step, secretArn, versionId, tookMs, failure } = ended
  const result = failure === undefined ? 'ok' : 'failed'
  const line = `${time()}  ${nameIn(secretArn, place)}  ${versionId.slice(0, 8)}  ${step.padEnd(12)}  ${result.padEnd(6)}`
  return `${line}  ${tookMs.toFixed(0)} ms  ${functionName}${failure === undefined ? '' : `\n    ${failure}`}\n`
}

/** What happened to a rotation; nothing for other events. */
export function eventLine(event: LocalEvent, place: Place): string {
  const { detail } = event
  if (!('eventName' in detail) || !/Rotation/.test(detail.eventName)) return ''
  const arn = detail.additionalEventData.SecretId
  const version = detail.requestID.slice(`Rotation-${arn}-`.length)
  const why = detail.errorMessage === undefined ? '' : `\n    ${detail.errorMessage}`
  return `${time()}  ${nameIn(arn, place)}  ${version.slice(0, 8)}  ${detail.eventName}${why}\n`
}

export function stateLines(secrets: readonly SecretOverview[], place: Place): string {
  if (secrets.length === 0) return 'state: no secret\n'
  return secrets
    .map(({ arn, goneFrom, rotation, versions }) => {
      const facts = [
        ...(goneFrom === undefined ? [] : [`deleted, restorable until ${goneFrom}`]),
        ...(rotation === undefined ? [] : [rotationIn(rotation)]),
      ]
      const lines = versions.map(
        ({ id, labels, createdAt, holds }) =>
          `    ${id}  ${createdAt}  ${holds}${labels.length > 0 ? `  ${labels.join(' ')}` : ''}\n`,
      )
      return `${nameIn(arn, place)}${facts.map((fact) => `, ${fact}`).join('')}\n${lines.join('')}`
    })
    .join('')
}

function rotationIn({
  enabled,
  functionArn,
  running,
  nextAt,
}: NonNullable<SecretOverview['rotation']>): string {
  const by = `rotated by ${functionArn.slice(functionArn.lastIndexOf(':') + 1)}`
  const state = running === undefined ? (enabled ? '' : ', switched off') : `, ${running} under way`
  return `${by}${state}${nextAt === undefined ? '' : `, next before ${nextAt}`}`
}
