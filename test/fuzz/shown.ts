import type { Finding } from './fuzz.ts'

/** A finding, with the command that repeats it alone. */
export function shownFinding({ seed, chapter, request, wrong }: Finding): string {
  const { method, path, headers, body } = request
  const text = JSON.stringify(Buffer.from(body).toString()).slice(0, 600)
  const head = `${method} ${path.slice(0, 200)} ${JSON.stringify(headers).slice(0, 600)}`
  return `${wrong}\n  ${head}\n  ${text}\n  npm run fuzz -- --seed ${seed} --chapter ${chapter}`
}
