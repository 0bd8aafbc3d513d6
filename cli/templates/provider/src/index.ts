export { createExampleTarget, type ExampleTargetOptions } from './provider.ts'
export type { ExampleTargetSchema, ExampleTargetSecret } from './schema.ts'
