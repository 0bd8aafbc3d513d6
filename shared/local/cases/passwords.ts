import { type Case, equal, match, reference, refuses, triedByLocalStack } from './case.ts'

const PASSWORD = reference('1.7', 'GetRandomPassword')

/** GetRandomPassword and its switches. */
export const PASSWORD_CASES: readonly Case[] = [
  {
    name: 'GetRandomPassword gives 32 characters with each kind present',
    fact: PASSWORD,
    run: async ({ client }) => {
      const { RandomPassword = '' } = await client.call('GetRandomPassword', {})
      equal(RandomPassword.length, 32)
      for (const kind of [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/]) match(RandomPassword, kind)
    },
  },
  {
    name: 'GetRandomPassword leaves out what it is told to',
    fact: PASSWORD,
    run: async ({ client }) => {
      const { RandomPassword = '' } = await client.call('GetRandomPassword', {
        PasswordLength: 200,
        ExcludePunctuation: true,
        ExcludeCharacters: 'aA0',
      })
      match(RandomPassword, /^[b-zB-Z1-9]{200}$/)
    },
  },
  {
    name: 'GetRandomPassword leaves single characters out',
    fact: triedByLocalStack('1.7'),
    run: async ({ client }) => {
      const { RandomPassword = '' } = await client.call('GetRandomPassword', {
        PasswordLength: 120,
        ExcludeCharacters: 'xyzDje@?!.',
      })
      match(RandomPassword, /^[^xyzDje@?!.]{120}$/)
    },
  },
  {
    name: 'GetRandomPassword leaves out each kind that it is told to',
    fact: PASSWORD,
    run: async ({ client }) => {
      const given = async (input: object): Promise<string> =>
        (await client.call('GetRandomPassword', { PasswordLength: 100, ...input })).RandomPassword ?? ''
      match(await given({ ExcludeLowercase: true }), /^[^a-z]{100}$/)
      match(await given({ ExcludeUppercase: true }), /^[^A-Z]{100}$/)
      match(await given({ ExcludeNumbers: true }), /^[^0-9]{100}$/)
      match(await given({ ExcludePunctuation: true }), /^[A-Za-z0-9]{100}$/)
    },
  },
  {
    name: 'GetRandomPassword gives a space only where it is allowed',
    fact: PASSWORD,
    run: async ({ client }) => {
      const given = async (IncludeSpace: boolean): Promise<string> =>
        (await client.call('GetRandomPassword', { PasswordLength: 4096, IncludeSpace })).RandomPassword ?? ''
      match(await given(true), / /)
      match(await given(false), /^[^ ]{4096}$/)
    },
  },
  {
    name: 'GetRandomPassword refuses a length that its kinds do not fit in, unless they need not all be there',
    fact: PASSWORD,
    run: async ({ client }) => {
      const input = { PasswordLength: 3 }
      await refuses(client.call('GetRandomPassword', input), 'InvalidParameterException', /too short/)
      const { RandomPassword = '' } = await client.call('GetRandomPassword', {
        ...input,
        RequireEachIncludedType: false,
      })
      equal(RandomPassword.length, 3)
    },
  },
]
