import { afterEach, beforeEach, vi } from 'vitest'

/** What the steps of a whole rotation are noted as. */
export const DONE = ['createSecret ok', 'setSecret ok', 'testSecret ok', 'finishSecret ok']

/** Around each test that follows: what functions log is kept off the terminal, and the environment is as before afterwards. */
export function keepQuiet(): void {
  beforeEach(() => {
    for (const stream of [process.stdout, process.stderr])
      vi.spyOn(stream, 'write').mockImplementation(() => true)
  })
  afterEach(() => {
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
  })
}
