/** Every template that is made from the lists in this folder, by its path from the root. */
import { exampleTemplates } from './examples.ts'
import { hubTemplate } from './hub.ts'
import { undeployed } from './names.ts'
import { smokeTemplate } from './smoke.ts'
import { workloadTemplate } from './workload.ts'
import { toYaml } from './yaml.ts'

const MADE = 'Made by `node scripts/docs.ts` from scripts/templates; change it there.'

export function templates(): Readonly<Record<string, string>> {
  const missing = undeployed()
  if (missing.length > 0) throw new Error(`scripts/templates/names.ts: ${missing.join(', ')}`)
  return made()
}

const made = (): Readonly<Record<string, string>> => ({
  'template.yaml': toYaml(
    workloadTemplate(),
    `The functions beside the secrets that they rotate. docs/deploy.md\n${MADE}`,
  ),
  'templates/hub.yaml': toYaml(
    hubTemplate(),
    `The functions for the secrets of many accounts. docs/hub.md\n${MADE}`,
  ),
  'templates/smoke-probe.yaml': toYaml(
    smokeTemplate(),
    `For the smoke test with two accounts. docs/smoke-test.md\n${MADE}`,
  ),
  ...Object.fromEntries(
    exampleTemplates().map(([path, title, template]) => [path, toYaml(template, `${title}\n${MADE}`)]),
  ),
})
