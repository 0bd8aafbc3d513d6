export { createExample, type ExampleOptions } from './provider.ts'
export type { ExampleSchema, ExampleSecret } from './schema.ts'
