/** What an update of a registration may not say (RFC 7592, section 2.2). Nor the secret: who says it wants to keep it. */
const LEFT_OUT = new Set([
  'registration_access_token',
  'registration_client_uri',
  'client_secret_expires_at',
  'client_id_issued_at',
  'client_secret',
])

/** A registration as it is written back, made from what the server says of it. */
export const metadataIn = (body: unknown, clientId: string): Readonly<Record<string, unknown>> => ({
  ...Object.fromEntries(
    Object.entries(typeof body === 'object' && body !== null ? body : {}).filter(
      ([name]) => !LEFT_OUT.has(name),
    ),
  ),
  client_id: clientId,
})
