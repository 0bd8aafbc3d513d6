import { providers } from '../providers/index.ts'
import { createRotationHandler } from '../shared/lambda/handler.ts'

/** Rotates whatever a provider of this repository serves, chosen by what the secret says it is. */
export const handler = createRotationHandler({ providers })
