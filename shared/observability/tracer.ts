import { Tracer } from '@aws-lambda-powertools/tracer'
import { SERVICE } from './log.ts'
import type { Trace } from './tracing.ts'

let tracer: Tracer | undefined

/** `captureHTTPsRequests` would patch Node's `http` for the whole process; calls to AWS are in the log. */
const theTracer = (): Tracer => {
  tracer ??= new Tracer({
    serviceName: process.env['POWERTOOLS_SERVICE_NAME'] ?? SERVICE,
    captureHTTPsRequests: false,
  })
  return tracer
}

export function openSubsegment(name: string): Trace {
  const parent = theTracer().isTracingEnabled() ? theTracer().getSegment() : undefined
  const segment = parent?.addNewSubsegment(name)
  return {
    end: (annotations, failed) => {
      for (const [key, value] of Object.entries(annotations)) segment?.addAnnotation(key, value)
      // The flag alone: `addError` would record the message and the source around each frame of the stack.
      if (failed) segment?.addErrorFlag()
      segment?.close()
    },
  }
}
