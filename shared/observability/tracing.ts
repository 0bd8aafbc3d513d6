import { quietly } from './quietly.ts'

/**
 * One X-Ray subsegment per step, with annotations only. Powertools' middleware and decorators are not used: they
 * record what the handler answers and the text of its errors unless a variable says otherwise.
 */
export interface Trace {
  /** Closes the subsegment; never throws. Annotations can be searched; they are names and codes, never values. */
  end(annotations: Readonly<Record<string, string>>, failed: boolean): void
}

const NONE: Trace = { end: () => undefined }

/**
 * Opens a trace when this invocation is sampled. The tracer is 120 KB and takes 30 ms to load, so it is loaded by then and not
 * before. Never rejects: a rotation does not fail for want of a trace.
 */
export async function openTrace(name: string): Promise<Trace> {
  if (!/(^|;)\s*Sampled=1/.test(process.env['_X_AMZN_TRACE_ID'] ?? '')) return NONE
  try {
    const { openSubsegment } = await import('./tracer.ts')
    const trace = openSubsegment(name)
    return { end: (annotations, failed) => quietly(() => trace.end(annotations, failed)) }
  } catch {
    return NONE
  }
}
