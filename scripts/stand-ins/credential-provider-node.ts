/**
 * Takes the place of the package @aws-sdk/credential-provider-node in our bundles: 100 KB that look for credentials in files,
 * single sign-on, other processes and metadata services. Lambda puts a function's own into its environment, and a function
 * that had none there would look for somebody else's.
 */
export const defaultProvider = () => async () => {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = process.env
  const { AWS_SESSION_TOKEN: sessionToken } = process.env
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw Object.assign(new Error('the environment has no credentials of AWS'), {
      name: 'CredentialsProviderError',
    })
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
}
