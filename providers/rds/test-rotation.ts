/** Whole rotations of an admin user: the engine, the local Secrets Manager, and RDS on loopback over the real SDK. */
import { onTestFinished, vi } from 'vitest'
import type { EngineSettings } from '../../shared/engine/index.ts'
import type { Provider } from '../../shared/provider/index.ts'
import { ChangingRds, type RdsServer } from '../../test/servers/changing-rds.ts'
import { Stage } from '../../test/simulation/stage.ts'
import { createRds, type RdsOptions } from './index.ts'
import { BINDING } from './note.ts'

export interface RdsStage {
  readonly stage: Stage
  readonly rds: ChangingRds
  readonly server: RdsServer
}

export async function stageRds({
  kind = 'instance',
  settings,
  options,
  secret,
  isBound = true,
}: {
  kind?: RdsServer['kind']
  settings?: EngineSettings
  options?: RdsOptions
  /** What the secret says otherwise than the server. */
  secret?: object
  isBound?: boolean
} = {}): Promise<RdsStage> {
  const rds = await ChangingRds.start()
  onTestFinished(() => rds.close())
  vi.stubEnv('AWS_ENDPOINT_URL_RDS', rds.endpoint)
  onTestFinished(() => void vi.unstubAllEnvs())
  const server = rds.add({ id: 'app-db', kind })
  const { engine, host, port, username, password } = server
  const stage = new Stage({
    provider: createRds({ settlesWithinMs: 0, ...options }) as Provider,
    settings: { allowClassC: true, ...settings },
    value: JSON.stringify({ engine, host, port, username, password, note: 'kept', ...secret }),
    credentials: async () => ({ accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'example' }),
  })
  if (isBound) server.tags.set(BINDING, stage.secretArn)
  return { stage, rds, server }
}

export const passwordIn = ({ stage }: RdsStage, label = 'AWSCURRENT'): string =>
  (stage.value(label) as { password: string }).password
