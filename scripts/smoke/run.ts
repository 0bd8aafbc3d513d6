import { type Finding, holds, type Note, type Outcome, SCENES, type Scene } from './scenes.ts'

/** What the smoke test does in the two accounts. */
export interface Hands {
  /** A secret with the tag `smoke`; answers its ARN. */
  createSecret(scene: string): Promise<string>
  /** `RotateSecret` with the function, with a schedule, without a rotation: only the test rotation. */
  register(secretArn: string): Promise<void>
  rotate(secretArn: string): Promise<void>
  labels(secretArn: string): Promise<Readonly<Record<string, readonly string[]>>>
  /** What the probe noted of this secret, oldest first. */
  notes(secretArn: string): Promise<readonly Note[]>
  deleteSecret(secretArn: string): Promise<void>
  sleep(ms: number): Promise<void>
  now(): number
}

export interface Waiting {
  readonly pollMs: number
  /** For a rotation that ends well, or does not go on. */
  readonly shortMs: number
  /** For what Secrets Manager repeats. */
  readonly longMs: number
}

/** Plays every scene and tells each finding as it is there. Answers how many held and how many did not. */
export async function smokeTest(
  hands: Hands,
  functionArn: string,
  waiting: Waiting,
  tell: (line: string) => void,
): Promise<{ readonly held: number; readonly failed: number }> {
  let [held, failed] = [0, 0]
  for (const scene of SCENES) {
    tell(`\n${scene.name}`)
    for (const finding of await play(hands, scene, functionArn, waiting)) {
      if (holds(finding)) held += 1
      else failed += 1
      tell(shown(finding))
    }
  }
  return { held, failed }
}

async function play(
  hands: Hands,
  scene: Scene,
  functionArn: string,
  waiting: Waiting,
): Promise<readonly Finding[]> {
  const secretArn = await hands.createSecret(scene.name)
  try {
    await hands.register(secretArn)
    await until(hands, waiting, waiting.shortMs, async () => (await hands.notes(secretArn)).length > 0)
    if (scene.rotates) {
      await hands.rotate(secretArn)
      const patience = scene.name === 'retry' ? waiting.longMs : waiting.shortMs
      await until(hands, waiting, patience, async () => isFinished(await hands.notes(secretArn)))
    }
    const outcome: Outcome = {
      functionArn,
      notes: await hands.notes(secretArn),
      labels: await hands.labels(secretArn),
    }
    return scene.findings(outcome)
  } finally {
    await hands.deleteSecret(secretArn)
  }
}

const isFinished = (notes: readonly Note[]): boolean =>
  notes.some(({ smoke, ended }) => smoke === 'finishSecret' && ended === 'ok')

async function until(
  hands: Hands,
  { pollMs }: Waiting,
  patienceMs: number,
  isOver: () => Promise<boolean>,
): Promise<void> {
  const end = hands.now() + patienceMs
  while (!(await isOver()) && hands.now() < end) await hands.sleep(pollMs)
}

const shown = (finding: Finding): string => {
  const { question, answer, expected } = finding
  const verdict = expected === undefined ? 'noted ' : holds(finding) ? 'ok    ' : 'FAILED'
  return `${verdict}  ${question} ${answer}${holds(finding) ? '' : ` (expected: ${expected})`}`
}
