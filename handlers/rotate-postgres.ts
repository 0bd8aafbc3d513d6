import { createRotationHandler } from '../shared/lambda/handler.ts'

/** Rotates PostgreSQL, RDS for PostgreSQL and Aurora PostgreSQL. */
export const handler = createRotationHandler({
  providers: [
    {
      name: 'postgres',
      engines: ['postgres', 'aurora-postgresql'],
      load: async ({ options }) =>
        (await import('../providers/postgres/index.ts')).createPostgres(options.postgres),
    },
  ],
})
