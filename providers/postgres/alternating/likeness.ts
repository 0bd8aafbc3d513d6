/** In what the clone is not like the owner, as a role: what makes it able to stand in for it. Pure. */
import pg from 'pg'
import type { Difference } from '../../../shared/database/difference.ts'
import { withMark } from './mark.ts'
import {
  resetStatement,
  type Setting,
  setStatement,
  settingsToChange,
  shownStatement,
  wantedOf,
} from './settings.ts'
import type { Role, Standing } from './standing.ts'

export interface Likeness {
  readonly add: readonly Difference[]
  readonly remove: readonly Difference[]
}

const id = (name: string): string => pg.escapeIdentifier(name)

/** `mark`: given where the clone is to carry it. */
export function likenessOf(standing: Standing, mark?: string): Likeness {
  const { owner, clone } = standing
  if (owner === undefined || clone === undefined) return { add: [], remove: [] }
  const { set, reset } = settingsToChange(wantedOf(owner.settings, owner.name), clone.settings)
  const alter = `ALTER ROLE ${id(clone.name)}`
  const { surplus, lacking } = attributes(owner, clone)
  return {
    add: [
      ...membership(standing, owner.name, clone.name),
      ...lacking.map((name) => ({ text: `${clone.name} lacks ${name}`, statement: `${alter} ${name}` })),
      ...set.map((one) => setting(clone.name, one)),
      ...limits(owner, clone),
      ...(mark === undefined || clone.marks.includes(mark)
        ? []
        : [
            {
              text: `${clone.name} does not carry the mark of this secret`,
              statement: `COMMENT ON ROLE ${id(clone.name)} IS ${pg.escapeLiteral(withMark(clone.comment, mark))}`,
            },
          ]),
    ],
    remove: [
      ...surplus.map((name) => ({
        text: `${clone.name} has ${name} and ${owner.name} does not`,
        statement: `${alter} NO${name}`,
        shown: `${alter} NO${name};`,
        // From 16 on only who has an attribute takes it from others.
        isGuarded: true,
      })),
      ...reset.map((one) => ({
        text: `${clone.name} has the setting ${shownName(one)} and ${owner.name} does not`,
        statement: resetStatement(clone.name, one),
        ...(one.isGuarded ? { isGuarded: true, shown: `${resetStatement(clone.name, one)};` } : {}),
      })),
    ],
  }
}

function membership({ major, isMember }: Standing, owner: string, clone: string): readonly Difference[] {
  if (isMember) return []
  const options = major >= 16 ? ' WITH INHERIT TRUE, SET TRUE' : ''
  return [
    {
      text: `${clone} is not a member of ${owner} that has its rights and may become it`,
      statement: `GRANT ${id(owner)} TO ${id(clone)}${options}`,
    },
  ]
}

/** A session of the clone acts as the owner, so more than the owner's attributes serves nothing but misuse. */
function attributes(owner: Role, clone: Role) {
  const has = (role: Role) =>
    [role.canCreateDatabase ? 'CREATEDB' : '', role.canCreateRole ? 'CREATEROLE' : ''].filter(Boolean)
  return {
    surplus: has(clone).filter((name) => !has(owner).includes(name)),
    // Without it the clone could not use the owner's right to connect.
    lacking: clone.inherits ? [] : ['INHERIT'],
  }
}

const setting = (clone: string, one: Setting): Difference => ({
  text: `${clone} has not the setting ${shownName(one)}`,
  statement: setStatement(clone, one),
  ...(one.isGuarded ? { isGuarded: true, shown: `${shownStatement(clone, one)};` } : {}),
})

const shownName = ({ name, database }: Setting): string =>
  database === undefined ? name : `${name} in the database ${database}`

function limits(owner: Role, clone: Role): readonly Difference[] {
  const alter = `ALTER ROLE ${id(clone.name)}`
  const differences: Difference[] = []
  if (owner.connectionLimit !== clone.connectionLimit)
    differences.push({
      text: `${clone.name} has CONNECTION LIMIT ${clone.connectionLimit} and ${owner.name} ${owner.connectionLimit}`,
      statement: `${alter} CONNECTION LIMIT ${owner.connectionLimit}`,
    })
  if (owner.validUntil !== clone.validUntil)
    differences.push({
      text: `${clone.name} is VALID UNTIL ${clone.validUntil ?? 'infinity'} and ${owner.name} until ${owner.validUntil ?? 'infinity'}`,
      statement: `${alter} VALID UNTIL ${pg.escapeLiteral(owner.validUntil ?? 'infinity')}`,
    })
  return differences
}
