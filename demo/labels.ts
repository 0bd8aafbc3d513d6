import type { Note } from './display.ts'
import { codeOf, connectAs, signInOf } from './sign-in.ts'
import type { Stage } from './stage.ts'

/** Which label is on whom, and whether that one signs in now. */
export async function noteLabels(
  { server, secretsManager }: Stage,
  secret: string,
  note: Note,
): Promise<void> {
  for (const { labels, value } of await secretsManager.versions(secret)) {
    const signIn = signInOf(value, server.ca)
    const verdict = await connectAs(signIn).then(
      () => 'signs in',
      (error: unknown) => `does not sign in (${codeOf(error)})`,
    )
    note(`${labels.join(', ')}: ${signIn.user} ${verdict}`)
  }
}

export const tagLine = (tags: Readonly<Record<string, string>>): string =>
  Object.entries(tags)
    .map(([key, value]) => `tag ${key}=${value}`)
    .join(', ')
