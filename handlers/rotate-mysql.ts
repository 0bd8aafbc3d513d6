import { createRotationHandler } from '../shared/lambda/handler.ts'

/** Rotates MySQL, MariaDB, RDS for either, and Aurora MySQL. */
export const handler = createRotationHandler({
  providers: [
    {
      name: 'mysql',
      engines: ['mysql', 'aurora-mysql', 'mariadb'],
      load: async ({ options }) => (await import('../providers/mysql/index.ts')).createMysql(options.mysql),
    },
  ],
})
