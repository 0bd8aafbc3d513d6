import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Those that take minutes begin first, so that no core waits for the last of them alone. */
const isLong = ({ moduleId }: TestSpecification): boolean => moduleId.endsWith('conformance.test.ts')

export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}
