import { createRotationHandler } from '../shared/lambda/handler.ts'

/** Rotates the admin users of RDS instances and clusters by the API of RDS, without a way to the database. */
export const handler = createRotationHandler({
  providers: [
    {
      name: 'rds',
      engines: ['aurora-mysql', 'aurora-postgresql', 'mariadb', 'mysql', 'postgres'],
      load: async () => (await import('../providers/rds/index.ts')).createRds(),
    },
  ],
})
