import type { Pair } from '../../../shared/database/pair.ts'
import type { Check } from '../../../shared/provider/index.ts'
import { limitsInTheWay } from '../limits.ts'
import type { Link } from '../link.ts'
import type { Ask } from './ask.ts'
import { differencesOf } from './differences.ts'
import { refusedPair, whoseRoles } from './ours.ts'
import { gone } from './pair.ts'
import { grantCreateRole, grantPasswords, grantRole, needsAdminOption, setupScript } from './setup.ts'
import { type Standing, standingOf } from './standing.ts'

export interface PairToCheck {
  readonly pair: Pair
  /** The user of AWSCURRENT. */
  readonly current: string
  readonly admin: string
  readonly mark: string
  /** Whether a stored value signs in as the user that is to be changed. */
  readonly isProven: () => Promise<boolean>
  /** Whether objects of the clone are given to the owner by the rotation. */
  readonly reassigns: boolean
}

type Missing = Check['missing'][number]

const ADMIN = `
  SELECT rolsuper AS superuser, rolcreaterole AS creates,
    current_setting('rds.restrict_password_commands', true) IN ('on', '1', 'true') AS restricted,
    CASE WHEN to_regrole('rds_password') IS NULL THEN false
      ELSE pg_has_role(session_user, to_regrole('rds_password')::oid, 'MEMBER') END AS changes_passwords
  FROM pg_roles WHERE rolname = session_user`

/** Whether the admin, who is signed in, can rotate the pair. Reads only. */
export async function checkPair(
  link: Link,
  ask: Ask,
  { pair, current, admin, mark, isProven, reassigns }: PairToCheck,
  timeoutMs: number,
): Promise<Check> {
  const [rights] = await ask(ADMIN)
  const standing = await standingOf(ask, pair)
  if (rights?.['superuser'] === true)
    return refuse('ADMIN_REFUSED', {
      privilege: `the admin ${admin} is a superuser`,
      remedy: `make a role that can do no more than rotate, and put it into the admin secret:\n${setupScript({
        user: pair.owner,
        admin: 'rotation_admin',
        database: standing.database,
        version: standing.major,
      })}`,
    })
  if (standing.owner === undefined) throw gone(pair.owner)
  const unfit = unfitness(standing)
  if (unfit !== undefined) return refuse('ACCOUNT_REFUSED', unfit)
  const verdict = whoseRoles(standing, mark, false)
  if (verdict === 'shared' || (verdict === 'unproven' && !(await isProven())))
    return refusedPair(verdict, pair, { current, mark, comment: standing.clone?.comment })
  const missing = [
    ...lacking(standing, admin, rights ?? {}),
    ...(await limitsInTheWay(link, admin, timeoutMs)),
    ...(await beyondRepair(ask, standing, reassigns)),
  ]
  return { possible: missing.length === 0, missing, notes: notesOf(standing) }
}

const refuse = (code: NonNullable<Check['code']>, missing: Missing): Check => ({
  possible: false,
  code,
  missing: [missing],
})

/** What a clone cannot have, or cannot have alike. */
function unfitness({ owner, clone, policies }: Standing): Missing | undefined {
  for (const role of [owner, clone])
    if (role !== undefined && role.powers.length > 0)
      return {
        privilege: `${role.name} has ${role.powers.join(' and ')}, which no second user shall have`,
        remedy: `use the strategy \`single-user\`, or take it away: ALTER ROLE … ${role.powers.map((power) => `NO${power}`).join(' ')};`,
      }
  if (policies.length > 0)
    return {
      privilege: `row policies name the user: ${policies.join(', ')}; with two users in turn they may hold for one and not for the other`,
      remedy: 'let the policies name a role that the user is a member of, or use the strategy `single-user`',
    }
  return undefined
}

function lacking(
  { major, owner, clone }: Standing,
  admin: string,
  rights: Readonly<Record<string, unknown>>,
): Missing[] {
  const missing: Missing[] = []
  if (rights['creates'] !== true)
    missing.push({ privilege: `the admin ${admin} lacks CREATEROLE`, remedy: grantCreateRole(admin) })
  for (const role of needsAdminOption(major) ? [owner, clone] : [])
    if (role !== undefined && !role.isAdministered)
      missing.push({
        privilege: `the admin ${admin} lacks ADMIN on ${role.name}`,
        remedy: grantRole(role.name, admin),
      })
  if (rights['restricted'] === true && rights['changes_passwords'] !== true)
    missing.push({
      privilege: `rds.restrict_password_commands is on and the admin ${admin} is not a member of rds_password`,
      remedy: grantPasswords(admin),
    })
  return missing
}

/** Differences that would make the clone, acting as the owner, lose what it can do now. */
async function beyondRepair(ask: Ask, standing: Standing, reassigns: boolean): Promise<Missing[]> {
  const isRepaired = ({ database }: { readonly database: string }) =>
    reassigns && database === standing.database
  const left = { ...standing, ownedByClone: standing.ownedByClone.filter((one) => !isRepaired(one)) }
  const { beyond } = await differencesOf(ask, left)
  return beyond.map(({ text, statement }) => ({ privilege: text, remedy: statement }))
}

function notesOf({ owner, grantedElsewhere, clone }: Standing): string[] {
  const notes = grantedElsewhere.map(
    (database) =>
      `something in the database ${JSON.stringify(database)} is granted to ${clone?.name}; only the database of the secret is compared`,
  )
  if (owner?.canSignIn === false) notes.push(`${owner.name} has NOLOGIN, so its turn will be refused`)
  if (owner?.validUntil !== undefined)
    notes.push(`VALID UNTIL of ${owner.name} is ${owner.validUntil}; its clone gets the same`)
  return notes
}
