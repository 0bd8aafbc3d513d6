import type { Check } from '../../../shared/provider/index.ts'
import { named } from '../account.ts'
import { accountGone, isError } from '../change.ts'
import { wantsToSeePasswords } from '../check.ts'
import { wantsPlainText } from '../mariadb/passwords.ts'
import { literal } from '../quote.ts'
import { isAtLeast } from '../server.ts'
import { differencesOf } from './differences.ts'
import { isMighty, unfitness } from './fitness.ts'
import { TABLES } from './grants.ts'
import type { Stored } from './holder.ts'
import { nameTooLong } from './names.ts'
import { definedBy } from './objects.ts'
import { type Preparation, refusedPair, whoseAccounts } from './prepare.ts'
import { grantCreateUser, grantReading, setupScript } from './setup.ts'
import { type Place, type Standing, standingOf } from './standing.ts'

type Missing = Check['missing'][number]

const refuse = (code: NonNullable<Check['code']>, missing: readonly Missing[]): Check => ({
  possible: false,
  code,
  missing,
})

/** Whether the admin, who is signed in, can rotate the pair. Reads only. */
export async function checkPair(preparation: Preparation, leavesOtherHosts: boolean): Promise<Check> {
  const { place, pair } = preparation
  const { server, run } = place
  const least = server.isMariaDb ? [10, 4, 0] : [8, 0, 21]
  if (!isAtLeast(server, least))
    return refuse('ACCOUNT_REFUSED', [
      {
        privilege: `a server of version ${server.version.join('.')} has no place for the mark of a clone`,
        remedy: `update to ${server.isMariaDb ? 'MariaDB 10.4' : 'MySQL 8.0.21'}, or use the strategy \`single-user\``,
      },
    ])
  const refusal = nameTooLong(pair.owner, server)
  if (refusal !== undefined)
    return refuse('ACCOUNT_REFUSED', [{ privilege: refusal.problem, remedy: refusal.remedy }])
  let standing: Standing
  try {
    standing = await standingOf(place)
  } catch (error) {
    if (!isError(error, ...NO_SELECT)) throw error
    return { possible: false, missing: await unreadable(place) }
  }
  if (standing.admin.some(isMighty)) return mightyAdmin(place)
  if (standing.owner === undefined) throw accountGone()
  const unfit = [
    ...unfitness(standing, server),
    ...(leavesOtherHosts ? [] : otherHosts(standing, preparation)),
  ]
  if (unfit.length > 0) return refuse('ACCOUNT_REFUSED', unfit)
  const verdict = await whoseAccounts(standing, preparation)
  if (verdict !== 'ours') return refusedPair(verdict, standing, preparation)
  const missing = [
    ...lacking(standing, place),
    ...(await beyondRepair(standing, standing.owner, preparation)),
  ]
  if (server.isMariaDb && preparation.form === 'verifier' && (await wantsToSeePasswords(run))) {
    const { problem, remedy } = wantsPlainText()
    missing.push({ privilege: problem, remedy })
  }
  return { possible: missing.length === 0, missing, notes: await notesOf(standing, place) }
}

const NO_SELECT = [1044, 1142, 1143]

/** Each table that the admin may not read. */
async function unreadable({ run, server, admin }: Place): Promise<Missing[]> {
  const missing: Missing[] = []
  for (const table of TABLES[server.isMariaDb ? 'mariadb' : 'mysql'])
    try {
      await run(`SELECT 1 FROM mysql.${table} LIMIT 0`)
    } catch (error) {
      if (!isError(error, ...NO_SELECT)) throw error
      missing.push({
        privilege: `the admin ${named(admin)} lacks SELECT on mysql.${table}`,
        remedy: grantReading(table, named(admin)),
      })
    }
  return missing
}

const mightyAdmin = ({ admin, server }: Place): Check =>
  refuse('ADMIN_REFUSED', [
    {
      privilege: `the admin ${named(admin)} has SUPER`,
      remedy: `make an account that can do no more than rotate, and put it into the admin secret:\n${setupScript(
        {
          kind: server.isMariaDb ? 'mariadb' : 'mysql',
          admin: 'rotation_admin',
          host: admin.host,
          schema: 'shop',
          privileges: 'SELECT, INSERT, UPDATE, DELETE',
        },
      )}`,
    },
  ])

function otherHosts({ others }: Standing, { place, next }: Preparation): Missing[] {
  if (others.length === 0) return []
  const list = others.map(named).join(', ')
  const { owner, clone } = place.accounts
  return [
    {
      privilege: `there are accounts of these users for other hosts, with passwords of their own (${list}); the rotation takes ${named(owner)} and ${named(clone)} in turn, since the current credential is of the host ${literal(next.host)}`,
      remedy: `drop them if nobody uses them (DROP USER ${list}), or set QUARTERTURN_MYSQL_OTHER_HOSTS=leave`,
    },
  ]
}

function lacking({ admin: holders }: Standing, { admin }: Place): Missing[] {
  const has = holders.some(({ rights }) =>
    rights.some(({ object, privilege }) => object === '*.*' && privilege === 'CREATE USER'),
  )
  return has
    ? []
    : [{ privilege: `the admin ${named(admin)} lacks CREATE USER`, remedy: grantCreateUser(named(admin)) }]
}

/** What the admin cannot give to the clone, or take from it. A clone that is to be made has nothing yet. */
async function beyondRepair(
  standing: Standing,
  owner: Stored,
  { place }: Preparation,
): Promise<readonly Missing[]> {
  const clone = standing.clone ?? { ...owner, account: place.accounts.clone, rights: [] }
  const { beyond } = await differencesOf(place, { ...standing, clone })
  return beyond.map(({ text, statement }) => ({ privilege: text, remedy: statement }))
}

async function notesOf({ owner, clone }: Standing, { run }: Place): Promise<string[]> {
  const notes: string[] = []
  for (const one of [owner, clone]) {
    if (one?.isLocked === true)
      notes.push(`${named(one.account)} is locked, so its turn will be refused until ACCOUNT UNLOCK`)
    if (one?.isExpired === true) notes.push(`the password of ${named(one.account)} has expired`)
  }
  const objects = clone === undefined ? [] : await definedBy(run, clone.account)
  if (objects.length > 0)
    notes.push(
      `${objects.length === 1 ? 'an object runs' : `${objects.length} objects run`} in the name of the clone (DEFINER), so they end with it: ${objects.slice(0, 20).join(', ')}${objects.length > 20 ? ', …' : ''}`,
    )
  return notes
}
