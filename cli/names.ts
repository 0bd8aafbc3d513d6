/** One name in the forms that a package needs. */
export interface NameForms {
  /** `acme-mail`: the engine, the package, the function. */
  readonly kebab: string
  /** `AcmeMail`: types and functions. */
  readonly pascal: string
  /** `ACME_MAIL`: environment variables. */
  readonly constant: string
  /** `Acme Mail`: for people. */
  readonly title: string
}

const LONGEST = 40

export function formsOf(kebab: string): NameForms {
  const words = kebab.split('-')
  const capitalised = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  return {
    kebab,
    pascal: capitalised.join(''),
    constant: words.join('_').toUpperCase(),
    title: capitalised.join(' '),
  }
}

/** What is wrong with a name and how it could be, or `undefined`. `taken` are names of Quarterturn's own providers. */
export function wrongWith(name: string, taken: readonly string[]): string | undefined {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    const near = kebabOf(name)
    const advice = near === '' ? 'give one such as acme or acme-mail' : `try ${near}`
    return `is not lower-case letters, digits and single hyphens, beginning with a letter; ${advice}`
  }
  if (name.length > LONGEST) return `has more than ${LONGEST} characters; give a shorter one`
  if (taken.includes(name)) return "is one of Quarterturn's own providers; give another, such as its vendor's"
  // Environment variables of the function would begin alike, and Quarterturn refuses those it does not know.
  if (/^quarterturn(-|$)/.test(name))
    return 'begins with quarterturn, as the name of the package will anyway; leave that out'
  return undefined
}

const kebabOf = (name: string): string =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^[-0-9]+|-+$/g, '')
    .slice(0, LONGEST)
