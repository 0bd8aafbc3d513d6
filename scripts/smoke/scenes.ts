/** What the smoke test asks AWS, with the answers that our design counts on. */

/** One line of the probe: one invocation, by what it saw. Tokens are there as hashes. */
export interface Note {
  readonly smoke: string
  readonly secret: string
  readonly token: string
  readonly rotationToken: string | null
  readonly wellFormed: boolean
  readonly arn: string
  readonly RotationEnabled?: boolean
  readonly RotationLambdaARN?: string
  readonly ended: string
  /** When, in milliseconds since the epoch. */
  readonly at: number
}

export interface Outcome {
  readonly functionArn: string
  readonly notes: readonly Note[]
  /** Labels by version when it was over. */
  readonly labels: Readonly<Record<string, readonly string[]>>
}

export interface Finding {
  readonly question: string
  readonly answer: string
  /** What the design counts on; undefined: any answer will do, and is only to be known. */
  readonly expected: string | undefined
}

export interface Scene {
  /** The value of the tag `smoke`, by which the probe behaves. */
  readonly name: string
  /** Whether a rotation is started; otherwise only the test rotation of the registration runs. */
  readonly rotates: boolean
  readonly findings: (outcome: Outcome) => readonly Finding[]
}

const yes = (holds: boolean): string => (holds ? 'yes' : 'no')
const steps = ({ notes }: Outcome): string =>
  notes.map(({ smoke, ended }) => `${smoke} ${ended === 'ok' ? 'ok' : 'failed'}`).join(', ')
const holderOf = ({ labels }: Outcome, label: string): readonly string[] =>
  Object.values(labels).find((held) => held.includes(label)) ?? []

export const SCENES: readonly Scene[] = [
  {
    name: 'first-test',
    rotates: false,
    findings: (outcome) => [
      {
        question: 'May the role read the secret in the very first test rotation (AllowRotationLambdaArn)?',
        answer: yes(outcome.notes.length > 0 && outcome.notes.every(({ ended }) => ended === 'ok')),
        expected: 'yes',
      },
      {
        question: 'Which steps run with RotateImmediately=false?',
        answer: [...new Set(outcome.notes.map(({ smoke }) => smoke))].join(', '),
        expected: 'testSecret',
      },
      {
        question: 'Does DescribeSecret name the function by then, and rotation as enabled?',
        answer: outcome.notes
          .map(
            ({ RotationLambdaARN, RotationEnabled }) =>
              `${RotationLambdaARN !== undefined}/${RotationEnabled === true}`,
          )
          .join(', '),
        expected: undefined,
      },
    ],
  },
  {
    name: 'plain',
    rotates: true,
    findings: (outcome) => [
      {
        question: 'Does a rotation end well through an assumed role, with a label of our own moved in it?',
        answer: yes(
          holderOf(outcome, 'QUARTERTURN_CANDIDATE').includes('AWSCURRENT') &&
            outcome.notes.some(({ smoke, ended }) => smoke === 'finishSecret' && ended === 'ok'),
        ),
        expected: 'yes',
      },
      {
        question: 'Where is AWSPENDING afterwards?',
        answer:
          holderOf(outcome, 'AWSPENDING').length === 0
            ? 'nowhere'
            : holderOf(outcome, 'AWSPENDING').includes('AWSCURRENT')
              ? 'with AWSCURRENT'
              : 'elsewhere',
        expected: 'nowhere | with AWSCURRENT',
      },
      {
        question: 'Does every step have a RotationToken, of the documented form?',
        answer: yes(outcome.notes.length > 0 && outcome.notes.every(({ wellFormed }) => wellFormed)),
        expected: 'yes',
      },
      {
        question: 'Is it one RotationToken for all steps of a rotation?',
        answer: yes(new Set(rotationOnly(outcome).map(({ rotationToken }) => rotationToken)).size === 1),
        expected: undefined,
      },
      {
        question: 'Is the function called under the alias that the secret names?',
        answer: yes(outcome.notes.every(({ arn }) => arn === outcome.functionArn)),
        expected: 'yes',
      },
    ],
  },
  {
    name: 'no-token',
    rotates: true,
    findings: (outcome) => [
      {
        question: 'Is a value refused that an assumed role puts without the RotationToken?',
        answer: yes(!outcome.notes.some(({ smoke, ended }) => smoke === 'finishSecret' && ended === 'ok')),
        expected: 'yes',
      },
      { question: 'What does it come to?', answer: steps(outcome), expected: undefined },
    ],
  },
  {
    name: 'retry',
    rotates: true,
    findings: (outcome) => {
      const tries = outcome.notes.filter(({ smoke }) => smoke === 'setSecret')
      const gaps = tries.slice(1).map(({ at }, index) => Math.round((at - (tries[index]?.at ?? at)) / 1_000))
      return [
        {
          question: 'Is a rotation whose step fails begun anew with the same version?',
          answer: yes(tries.length > 1 && new Set(tries.map(({ token }) => token)).size === 1),
          expected: 'yes',
        },
        {
          question: 'How often within the time that was waited, and seconds apart?',
          answer: `${tries.length}: ${gaps.join(', ')}`,
          expected: undefined,
        },
        {
          question: 'Is the RotationToken of a repeat the first one?',
          answer: yes(new Set(rotationOnly(outcome).map(({ rotationToken }) => rotationToken)).size === 1),
          expected: undefined,
        },
      ]
    },
  },
  {
    name: 'unstick',
    rotates: true,
    findings: (outcome) => [
      {
        question: 'What does AWS do after setSecret took AWSPENDING off its own version?',
        answer: steps(outcome),
        expected: undefined,
      },
      {
        question: 'Is AWSCURRENT where it was?',
        answer: yes(!outcome.notes.some(({ token }) => (outcome.labels[token] ?? []).includes('AWSCURRENT'))),
        expected: 'yes',
      },
    ],
  },
]

/** Without the test rotation that the registration may have started. */
const rotationOnly = ({ notes }: Outcome): readonly Note[] => {
  const rotated = new Set(notes.filter(({ smoke }) => smoke === 'createSecret').map(({ token }) => token))
  return notes.filter(({ token }) => rotated.has(token))
}

export const holds = ({ answer, expected }: Finding): boolean =>
  expected === undefined || expected.split(' | ').includes(answer)
