/** The function of the kit's own tests of issued credentials, which is built and killed. */
import { createRotationHandler } from '../../lambda/handler.ts'
import { mintingProvider } from '../targets/test-mint-provider.ts'
import type { MintKind } from '../targets/test-mint-server.ts'

const kind: MintKind = JSON.parse(process.env['MINT_KIND'] ?? '{}')

export const handler = createRotationHandler({
  providers: [{ name: 'mint', engines: ['mint'], load: async () => mintingProvider(kind) }],
})
