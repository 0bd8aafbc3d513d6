import type { z } from 'zod'
import { invalidParameter } from '../errors.ts'
import type { TagResourceInput, UntagResourceInput } from '../inputs/index.ts'
import type { StoredSecret } from '../secrets/secret.ts'
import type { Service } from '../secrets/service.ts'

const TAGS_PER_SECRET = 50

interface Tag {
  readonly Key: string
  readonly Value: string
}

/** Adds or replaces. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_TagResource.html */
export function tagResource(
  service: Service,
  input: z.output<typeof TagResourceInput>,
): Record<string, never> {
  const secret = service.findPrimary(input.SecretId)
  checkTags(secret, input.Tags)
  service.touch(secret)
  addTags(secret, input.Tags)
  return {}
}

/** A key that is not there is passed over. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UntagResource.html */
export function untagResource(
  service: Service,
  input: z.output<typeof UntagResourceInput>,
): Record<string, never> {
  const secret = service.findPrimary(input.SecretId)
  refuseReserved(input.TagKeys)
  service.touch(secret)
  for (const key of input.TagKeys) secret.tags.delete(key)
  return {}
}

/** As TagResource. Throws `InvalidParameterException`, and changes nothing, for a reserved key or more than 50 tags. */
export function addTags(secret: StoredSecret, tags: readonly Tag[]): void {
  checkTags(secret, tags)
  for (const { Key, Value } of tags) secret.tags.set(Key, Value)
}

/** Throws as {@link addTags}; changes nothing. */
export function checkTags(secret: Pick<StoredSecret, 'tags'>, tags: readonly Tag[]): void {
  refuseReserved(tags.map(({ Key }) => Key))
  const keys = new Set([...secret.tags.keys(), ...tags.map(({ Key }) => Key)])
  if (keys.size > TAGS_PER_SECRET)
    throw invalidParameter(`A secret can have at most ${TAGS_PER_SECRET} tags.`)
}

function refuseReserved(keys: readonly string[]): void {
  if (keys.some((key) => /^aws:/i.test(key)))
    throw invalidParameter('Tag keys that begin with aws: are reserved for AWS.')
}
