import { DefaultReporter, type TestModule } from 'vitest/node'
import { missingServers } from './servers/required.ts'
import { type Tally, tallyLine } from './tally.ts'

type RunEnd = Parameters<DefaultReporter['onTestRunEnd']>

/**
 * Vitest's own report, then the servers that could not be had, then one plain line with the counts, so that a script
 * can read how the run went. Whether a missing server is a failure is decided by its test in `servers/`.
 */
export class TallyReporter extends DefaultReporter {
  override async onTestRunEnd(...[modules, unhandledErrors, reason]: RunEnd): Promise<void> {
    super.onTestRunEnd(modules, unhandledErrors, reason)
    const tally = tallyOf(modules)
    tally.failed += unhandledErrors.length
    // An interrupted run has proven nothing about the tests that did not get their turn.
    if (reason === 'interrupted' || (reason === 'failed' && tally.failed === 0)) tally.failed += 1
    if (tally.failed > 0) process.exitCode = 1

    const missing = (await missingServers()).map(
      ({ name, reason }) => `not tested against ${name}: ${reason}\n`,
    )
    process.stdout.write(`\n${missing.join('')}${tallyLine(tally)}\n`)
  }
}

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
