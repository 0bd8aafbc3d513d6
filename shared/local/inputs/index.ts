/**
 * The members of each request that the model acts on, with the limits of the API reference; the rest is let through
 * unseen, as AWS does. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html
 */
export * from './lists.ts'
export { parseInput } from './parse.ts'
export * from './policies.ts'
export * from './replication.ts'
export * from './rotation.ts'
export * from './secrets.ts'
export * from './versions.ts'
