/** The function of the kit's own tests, which is built and killed. */
import { createRotationHandler } from '../../lambda/handler.ts'
import { DESK_KINDS, deskProvider } from './test-desk.ts'

const kind = DESK_KINDS.find((one) => one === process.env['DESK_KIND']) ?? 'sound'

export const handler = createRotationHandler({
  providers: [{ name: 'desk', engines: ['desk'], load: async () => deskProvider(kind) }],
})
