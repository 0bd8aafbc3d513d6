import mysql from 'mysql2/promise'
import { expect, test } from 'vitest'
import { isUnavailable } from '../binaries.ts'
import { requiresAllServers } from '../required.ts'
import { describeOnEachMysql } from './each.ts'
import { findMysqlServers } from './required.ts'
import type { MysqlServer } from './server.ts'

for (const server of await findMysqlServers()) {
  const isMissing = isUnavailable(server)
  test.skipIf(isMissing && !requiresAllServers(process.env))(
    isMissing
      ? `${server.name} is missing: ${server.unavailable}`
      : `${server.name} is here: ${server.version}`,
    () => {
      expect(isMissing ? server.unavailable : '').toBe('')
    },
  )
}

async function signIn({ port, ca }: MysqlServer, user: string, password: string): Promise<string> {
  const connection = await mysql.createConnection({
    host: 'localhost',
    port,
    user,
    password,
    ssl: { ca, rejectUnauthorized: true },
  })
  try {
    const [rows] = await connection.query('SELECT CURRENT_USER() AS who')
    return JSON.stringify(rows)
  } finally {
    connection.destroy()
  }
}

describeOnEachMysql('a server for tests', {}, (server, kind) => {
  test('tells its own version', async () => {
    const [row] = await server().sql('SELECT VERSION() AS version')
    expect(row?.['version']).toContain(server().version)
    expect(String(row?.['version']).includes('MariaDB')).toBe(kind === 'mariadb')
  })

  test('lets an account in with its password over TLS, and refuses another password', async () => {
    await server().sql(`CREATE USER 'app'@'%' IDENTIFIED BY 'its password'`)
    expect(await signIn(server(), 'app', 'its password')).toContain('app@%')
    await expect(signIn(server(), 'app', 'another')).rejects.toMatchObject({ errno: 1045 })
  })

  test('logs every statement', async () => {
    await server().sql(`SELECT 'said once'`)
    expect(await server().generalLog()).toContain('said once')
  })

  test('keeps its data over a restart and over a crash', async () => {
    await server().sql('CREATE DATABASE kept')
    await server().restart()
    await server().restart('immediate')
    expect(await server().sql(`SHOW DATABASES LIKE 'kept'`)).toHaveLength(1)
  })

  test('presents another certificate when told to', async () => {
    const { certificates, port } = server()
    await server().sql('SELECT 1')
    await server().useCertificate(await certificates.issue({ names: ['elsewhere.invalid'], ips: [] }))
    const refused = mysql.createConnection({
      host: 'localhost',
      port,
      user: 'app',
      password: 'its password',
      ssl: { ca: certificates.pem, rejectUnauthorized: true, verifyIdentity: true },
    })
    await expect(refused).rejects.toThrow(/altnames|does not match/i)
    await server().useCertificate(await certificates.issue())
  })
})
