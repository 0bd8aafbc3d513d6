// Stands in for Lambda in a process of its own: each line of input is an event, each answer a line on descriptor 3.
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { inspect } from 'node:util'

const { handler } = await import(process.argv[2])
for await (const line of createInterface({ input: process.stdin })) {
  const end = Date.now() + 20_000
  const context = {
    invokedFunctionArn: process.argv[3],
    functionName: 'canary',
    functionVersion: '$LATEST',
    memoryLimitInMB: '256',
    awsRequestId: 'request',
    getRemainingTimeInMillis: () => end - Date.now(),
  }
  let answer
  try {
    answer = { report: await handler(JSON.parse(line), context) }
  } catch (error) {
    // More than any of Lambda's log formats prints: every property, hidden ones and causes too.
    const names = [...Object.getOwnPropertyNames(error), 'name', 'cause', 'toString']
    answer = { thrown: Object.fromEntries(names.map((name) => [name, String(error[name])])) }
    process.stderr.write(`Invoke Error ${inspect(error)}\n`)
  }
  writeSync(3, `${JSON.stringify(answer)}\n`)
}
