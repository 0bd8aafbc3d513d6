/** The function of admin users of RDS, as SAM built it. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { BINDING } from '../../providers/rds/note.ts'
import { ChangingRds } from '../servers/changing-rds.ts'
import { deployFunction } from './deployed.ts'
import { createSecret, rotateColdAndWarm, storedIn } from './rotation.ts'
import { onLocalAws, requireQuiet, workload } from './stage.ts'

/** Takes more than half a minute, in which it mostly waits: RDS is given time to take a password. */
export async function rotateAdminOfRds(built: string): Promise<string> {
  const rds = await ChangingRds.start()
  try {
    return await onLocalAws(async (aws, url) => {
      const { tags, password: byHand, ...of } = rds.add({ id: 'app-db', password: randomUUID() })
      const deployed = deployFunction({
        aws,
        stack: workload({ DeployRotateRds: 'true', AllowClassC: 'true' }),
        handler: 'rotate-rds',
        built,
        environment: { AWS_ENDPOINT_URL: url, AWS_ENDPOINT_URL_RDS: rds.endpoint },
      })
      const model = aws.defaultAccount.secretsManager()
      const { engine, host, port, username } = of
      const value = { engine, host, port, username, password: byHand }
      const secret = createSecret(model, { name: 'app/admin', value })
      tags.set(BINDING, secret)
      const rotated = await rotateColdAndWarm({ aws, model, deployed }, secret)
      const inForce = rds.servers[0]?.password
      assert.equal(storedIn(model, secret)['password'], inForce)
      assert.notEqual(inForce, byHand)
      const quiet = requireQuiet(rotated, deployed.memoryMb, [byHand, inForce])
      return `what RDS was given last is AWSCURRENT; ${quiet}`
    })
  } finally {
    await rds.close()
  }
}
