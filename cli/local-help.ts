/** What `quarterturn local --help` says. */
export const LOCAL_HELP = `Serves Secrets Manager on a port of this machine, with rotation, and nothing of AWS behind it.

Usage: quarterturn local [options]

  --port N                 the port, on 127.0.0.1 alone. Default: a free one, which is printed
  --function NAME=WHERE    a rotation function; may be given several times. WHERE is
                             path/to/module.mjs          a Node module with an export \`handler\`
                             path/to/module.mjs#name     the same, with an export of another name
                             http://127.0.0.1:9000/...   a function in any language, served by Lambda's
                                                         Invoke; without a path Lambda's own is asked,
                                                         /2015-03-31/functions/NAME/invocations
  --data FILE              keep the state in FILE, secret values in the clear, readable by you alone.
                           Default: it is gone when the command ends
  --seed N                 decides what AWS does not publish: retries, repeated steps, labels. Default: 1
  --calm                   none of that: each step once, no retry
  --account ID             12 digits; may be given several times, the first is the functions' own.
                           Default: 111122223333
  --setup FILE             accounts and their roles, for AssumeRole and EventBridge Scheduler, as JSON:
                             {"accounts": {"444455556666": {"roles": {"target": {
                               "trust": {policy}, "policies": [{policy}]}}}}}
                           and "functionRole": NAME, a role of the first account for the functions' code,
                           which may else do everything
  --region NAME            default: eu-west-1
  --delay-reads N          after a write the next N reads of the secret see the state before it
  --delay-ms N             after a write reads see the state before it for N milliseconds
  --quotas                 refuse what is over AWS's request rates
  --any-credentials        take whatever signs a request for the first account. Default: the number of
                           an account is its access key and its secret key, and the signature counts
  -h, --help               show this text

It prints the environment that points an AWS SDK or the AWS CLI here, and what each rotation does. Secret
values are never printed. The state: curl http://127.0.0.1:PORT/_quarterturn/state, or send SIGUSR1.

Ctrl-C ends it when the steps under way are done, with 0; Ctrl-C again ends it at once, with 130.

Example:
  quarterturn local --port 4566 --function rotate-db=./rotate.mjs
  aws secretsmanager rotate-secret --secret-id db \\
    --rotation-lambda-arn arn:aws:lambda:eu-west-1:111122223333:function:rotate-db
`
