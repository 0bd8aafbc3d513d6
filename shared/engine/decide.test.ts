import { describe, expect, test } from 'vitest'
import { CLAIMS, ENDS, type Hold, holdOfMints } from '../../test/simulation/every-mint-path.ts'
import { everyPath, type PathStep } from '../../test/simulation/every-path.ts'
import { TABLES } from './decide.ts'
import { TASKS, type Task } from './known.ts'
import { fail, moveName } from './moves.ts'

const INTRODUCTION = `# How each step decides

One table for each step of a rotation, and one for the retirement of an old credential. The rows are asked from the top, and the first whose condition holds decides:
it asks one question (\`labels?\`), carries out one action (\`apply\`), or ends the step. The second column is the
shortest way in which the row is reached. This page is written by \`shared/engine/decide.test.ts\`.`

const rowKey = (step: Task, rule: string): string => `${step}: ${rule}`

const inWords = (steps: readonly PathStep[]): string =>
  steps.map(({ move, answer }) => `${moveName(move)} ${answer}`.trim()).join('; ') || 'the start'

const WRITES = [
  ...CLAIMS,
  ...ENDS,
  'mint',
  'storeNew',
  'storeCandidate',
  'storeMint',
  'takeCandidate',
  'promote',
  'apply',
  'putBack',
  'repair',
  'releaseCandidate',
  'releasePending',
  'moveCurrent',
  'scheduleRetirement',
  'retire',
  'postpone',
  'dropSchedule',
]
const firstWrite = (moves: readonly string[]): string | undefined =>
  moves.find((move) => WRITES.includes(move))

describe('decide, followed through every answer to every question', () => {
  const shortest = new Map<string, readonly PathStep[]>()
  const broken: string[] = []
  let paths = 0
  let longest = 0
  const hold: Hold = (path, promise, holds) => {
    if (!holds && broken.length < 10) broken.push(`${promise}: ${path.known.step} ${inWords(path.steps)}`)
  }

  everyPath((path) => {
    const { known, steps } = path
    const moves = steps.map(({ move }) => moveName(move))
    const last = steps.at(-1)?.move
    paths += 1
    longest = Math.max(longest, moves.length)
    for (const [at, { rule }] of steps.entries()) {
      const key = rowKey(known.step, rule)
      if (at < (shortest.get(key)?.length ?? Number.POSITIVE_INFINITY))
        shortest.set(key, steps.slice(0, at + 1))
    }
    const has = (move: string): boolean => moves.includes(move)
    const index = (move: string): number => moves.indexOf(move)
    const proven = [known.currentProof, known.pendingProof, known.previousProof].includes('accepted')

    hold(
      path,
      'only createSecret stores, or has something issued',
      !(has('storeNew') || has('storeCandidate') || has('storeMint') || has('mint')) ||
        known.step === 'createSecret',
    )
    const mints = known.traits?.mints
    if (mints !== undefined) holdOfMints(path, mints, hold)
    else hold(path, 'what we choose is never issued or ended in createSecret', ![...ENDS, 'mint'].some(has))
    hold(
      path,
      'only setSecret changes the target',
      !(has('apply') || has('repair')) || known.step === 'setSecret',
    )
    hold(path, 'testSecret never writes', known.step !== 'testSecret' || firstWrite(moves) === undefined)
    hold(path, 'only finishSecret moves AWSCURRENT', !has('moveCurrent') || known.step === 'finishSecret')
    hold(
      path,
      'nothing is written for a token without AWSPENDING',
      firstWrite(moves) === undefined || known.labels === undefined || known.labels.own === 'pending',
    )
    hold(
      path,
      'nothing is written when rotation is off, but what is set already is promoted',
      firstWrite(moves) === undefined ||
        known.labels === undefined ||
        known.labels.rotationEnabled ||
        (typeof known.own === 'object' && known.own.isCandidate && known.step === 'finishSecret'),
    )
    if (has('apply')) {
      hold(path, 'a change follows a proof', proven)
      hold(path, 'no change after rotation was turned off', known.lockedLabels?.rotationEnabled === true)
      hold(path, 'a change is made under the lock', index('lock') < index('apply') && has('lock'))
      hold(
        path,
        'a change follows labels read under the lock',
        index('lockedLabels?') < index('apply') &&
          known.lockedLabels?.own === 'pending' &&
          !known.lockedLabels.currentMoved,
      )
      hold(
        path,
        'the candidate label is ours before a change',
        known.takeCandidate === 'taken' || known.lockedLabels?.candidate === 'own',
      )
      hold(path, 'no change while another value may be in force', known.candidate !== 'unfinished')
      hold(path, 'no change of another account', known.current !== 'mismatch')
      hold(
        path,
        'a value seen in force is not applied again',
        known.lockedPendingProof !== 'accepted' || index('lockedPendingProof?') > index('apply'),
      )
    }
    if (has('moveCurrent')) {
      hold(path, 'AWSCURRENT moves only after pending signed in', known.pendingProof === 'accepted')
      hold(
        path,
        'AWSCURRENT moves only with the candidate label',
        typeof known.own === 'object' && known.own.isCandidate,
      )
      hold(path, 'AWSCURRENT moves only with equal rights', known.rights !== 'different')
      hold(
        path,
        'AWSCURRENT of a pair moves only when consumers get in where they sign in',
        known.current !== 'alternate' || known.consumerProof === 'accepted',
      )
      hold(
        path,
        'AWSCURRENT does not move to the credential it has',
        known.current !== 'same-credential' || mints?.mayBeUnchanged === true,
      )
      hold(
        path,
        'AWSCURRENT moves only within its account',
        known.current !== undefined && known.current !== 'mismatch',
      )
    }
    const isAdmins =
      known.current === 'alternate' || known.gone === 'alternate'
        ? known.traits?.pairByAdmin
        : known.traits?.oneByAdmin && (!known.traits.oneMayDoWithout || known.adminNamed !== 'none')
    if (isAdmins === true && (has('apply') || has('repair') || has('retire')))
      hold(
        path,
        'the admin changes something only after the credential of AWSCURRENT signed in, and then itself',
        known.currentProof === 'accepted' &&
          known.admin === 'accepted' &&
          // One that looks is asked before, and until current has signed in it only looks.
          (known.traits?.adminLooks === true || index('currentProof?') < index('admin?')),
      )
    if (has('repair'))
      hold(path, 'rights are repaired only for a proven current', known.currentProof === 'accepted')
    if (has('retire')) {
      const { lockedRetireLabels: labels, lockedGone } = known
      hold(path, 'only retireSecret retires', known.step === 'retireSecret')
      hold(path, 'a retirement was scheduled by us and is due', known.schedule === 'due')
      hold(path, 'a retirement is made under the lock', has('lock') && index('lock') < index('retire'))
      hold(
        path,
        'a retirement follows labels read under the lock, with no rotation open',
        labels?.isCurrent === true &&
          !labels.isOpen &&
          (labels.candidate === 'settled' || known.candidate === 'finished'),
      )
      hold(
        path,
        'nothing protected is retired',
        [known.gone, lockedGone].every((one) => one === 'alternate' || one === 'same-account'),
      )
      hold(path, 'a retirement follows a proof of current', known.currentProof === 'accepted')
      hold(
        path,
        'a retirement ends well only with current proven again',
        last?.kind !== 'end' || known.keptProof === 'accepted',
      )
    }
    if (has('scheduleRetirement') && has('moveCurrent'))
      hold(
        path,
        'the retirement is scheduled before the move',
        index('scheduleRetirement') < index('moveCurrent'),
      )
    if (known.overlap === 'cut' && known.traits?.refusesCut === true)
      hold(path, 'a rotation that cuts the overlap is refused', !has('storeNew'))
    if (known.traits?.refusesGap === true)
      hold(path, 'nothing new is chosen where nobody could see what is in force', !has('storeNew'))
    if (known.apply === 'in-progress')
      hold(path, 'a change that is not done ends nothing well, and nothing follows it', last?.kind === 'fail')
    if (has('putBack')) hold(path, 'a pair is never put back', known.current === 'same-account')
    if (has('putBack'))
      hold(
        path,
        'only an applied, rejected value is taken back',
        known.apply === 'applied' && known.appliedProof === 'rejected' && known.traits?.restores === true,
      )
    if (has('releaseCandidate'))
      hold(
        path,
        'a refused value is given up only while another credential works',
        known.apply === 'refused' && known.fallbackProof === 'accepted',
      )
    if (has('releaseCandidate') && has('releasePending'))
      hold(
        path,
        'the candidate label goes before AWSPENDING',
        index('releaseCandidate') < index('releasePending'),
      )
    if (last?.kind === 'end' && last.outcome === 'done' && known.step === 'setSecret')
      hold(
        path,
        'setSecret ends well only with pending proven',
        known.appliedProof === 'accepted' ||
          known.lockedPendingProof === 'accepted' ||
          (mints !== undefined && (known.pendingProof === 'accepted' || mints.isUsedLast)),
      )
    if (
      last?.kind === 'end' &&
      last.outcome !== 'already' &&
      known.step !== 'setSecret' &&
      known.step !== 'createSecret' &&
      known.step !== 'retireSecret'
    )
      hold(
        path,
        'a step ends well only with pending proven, unless it is used last, or only by being used up',
        known.pendingProof === 'accepted' ||
          (mints?.isUsedLast === true && known.step === 'testSecret') ||
          (mints?.consumes === true && last.outcome === 'preflight'),
      )
  })

  test('no path breaks a promise', () => {
    expect(broken).toEqual([])
  })

  test('every path ends', () => {
    expect(paths).toBeGreaterThan(10_000)
    expect(longest).toBeLessThan(30)
  })

  test.each(TASKS)('every row of %s decides somewhere', (step) => {
    const unreached = TABLES[step].map(({ rule }) => rule).filter((rule) => !shortest.has(rowKey(step, rule)))
    expect(unreached).toEqual([])
  })

  test.each(TASKS)('the rows of %s have different names', (step) => {
    const names = TABLES[step].map(({ rule }) => rule)
    expect(names).toEqual([...new Set(names)])
  })

  test('each row decides as docs/decisions.md says', async () => {
    const pages = TASKS.map((step) => {
      const rows = TABLES[step].map(({ rule }) => {
        const path = shortest.get(rowKey(step, rule)) ?? []
        return `| ${rule} | ${inWords(path.slice(0, -1))} | ${moveName(path.at(-1)?.move ?? fail('PROVIDER_FAILED'))} |`
      })
      return [`## ${step}`, '', '| rule | for example after | then |', '|---|---|---|', ...rows].join('\n')
    })
    await expect(`${INTRODUCTION}\n\n${pages.join('\n\n')}\n`).toMatchFileSnapshot('../../docs/decisions.md')
  })
})
