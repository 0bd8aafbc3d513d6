import { DefaultReporter, type TestModule } from 'vitest/node'
import { missingServers } from './servers/required.ts'
import { type Tally, tallyLine } from './tally.ts'

type RunEnd = Parameters<DefaultReporter['onTestRunEnd']>

const SLOWEST = 12

/**
 * Vitest's own report, then the slowest files, the failures in a line each, the servers that could not be had, and one
 * plain line with the counts: the end of a run tells how it went, to a script too. Whether a missing server is a
 * failure is decided by its test in `servers/`.
 */
export class TallyReporter extends DefaultReporter {
  override async onTestRunEnd(...[modules, unhandledErrors, reason]: RunEnd): Promise<void> {
    super.onTestRunEnd(modules, unhandledErrors, reason)
    const tally = tallyOf(modules)
    tally.failed += unhandledErrors.length
    // An interrupted run has proven nothing about the tests that did not get their turn.
    if (reason === 'interrupted' || (reason === 'failed' && tally.failed === 0)) tally.failed += 1
    if (tally.failed > 0) process.exitCode = 1

    const failed = failuresOf(modules).concat(
      unhandledErrors.map((error) => `outside of a test: ${firstLine(error)}`),
    )
    const missing = (await missingServers()).map(
      ({ name, reason }) => `not tested against ${name}: ${reason}\n`,
    )
    process.stdout.write(
      `\n${slowestOf(modules)}${failed.map((line) => `failed: ${line}\n`).join('')}${missing.join('')}${tallyLine(tally)}\n`,
    )
  }
}

function slowestOf(modules: readonly TestModule[]): string {
  const timed = modules.map((module) => ({ name: module.relativeModuleId, ms: module.diagnostic().duration }))
  const slowest = timed.toSorted((a, b) => b.ms - a.ms).slice(0, SLOWEST)
  if (modules.length <= SLOWEST) return ''
  return `slowest: ${slowest.map(({ name, ms }) => `${name} ${(ms / 1_000).toFixed(0)} s`).join(', ')}\n`
}

function failuresOf(modules: readonly TestModule[]): string[] {
  return modules.flatMap((module) => {
    const suites = [module, ...module.children.allSuites()]
    const tests = [...module.children.allTests()].filter((test) => test.result().state === 'failed')
    return [
      ...suites.flatMap((suite) =>
        suite.errors().map((error) => `${module.relativeModuleId}: ${firstLine(error)}`),
      ),
      ...tests.map(
        (test) => `${module.relativeModuleId} > ${test.fullName}: ${firstLine(test.result().errors?.[0])}`,
      ),
    ]
  })
}

const firstLine = (error: { readonly message: string } | undefined): string =>
  (error?.message ?? 'no message').split('\n', 1)[0] ?? ''

function tallyOf(modules: readonly TestModule[]): Tally {
  const tally = { passed: 0, failed: 0, skipped: 0 }
  for (const module of modules) {
    // A file that cannot be loaded, or whose hooks fail, has errors of its own beside those of its tests.
    const suites = [module, ...module.children.allSuites()]
    tally.failed += suites.reduce((sum, suite) => sum + suite.errors().length, 0)
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      if (state === 'passed') tally.passed += 1
      else if (state === 'skipped') tally.skipped += 1
      else tally.failed += 1
    }
  }
  return tally
}
