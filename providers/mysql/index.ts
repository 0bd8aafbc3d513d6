import { createMysql } from './provider.ts'

export { createMysql, type MysqlOptions } from './provider.ts'

/** The provider with every default. */
export const mysql = createMysql()
