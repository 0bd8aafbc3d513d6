/** `docs/parameters.md`: every parameter of every template that a deployment begins with. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import * as z from 'zod'
import { ROOT } from '../build-options.ts'
import { HUB_GROUPS } from './hub-parameters.ts'
import type { ParameterGroup } from './parameters.ts'
import { WORKLOAD_GROUPS } from './workload.ts'

const Parameter = z.object({
  Description: z.string(),
  Default: z.union([z.string(), z.number()]).optional(),
  AllowedValues: z.array(z.union([z.string(), z.number()])).optional(),
})

export const parametersPage = (): readonly string[] => [
  'A parameter without a default must be given. Where a parameter is an option of the function, left empty it means what',
  '[Configuration](configuration.md) says of its variable.',
  '',
  '## template.yaml',
  '',
  ...WORKLOAD_GROUPS.flatMap(table),
  '## templates/hub.yaml',
  '',
  ...HUB_GROUPS.flatMap(table),
  '## templates/target-role.yaml',
  '',
  ...table({ label: 'One stack for each function of the hub, in each account', parameters: ofTargetRole() }),
]

/** That template is written by hand. */
function ofTargetRole(): ParameterGroup['parameters'] {
  const text = readFileSync(join(ROOT, 'templates', 'target-role.yaml'), 'utf8')
  return z
    .object({ Parameters: z.record(z.string(), z.looseObject({})) })
    .parse(parse(text, { logLevel: 'silent' })).Parameters
}

const table = ({ label, parameters }: ParameterGroup): readonly string[] => [
  `### ${label}`,
  '',
  '| Parameter | What it decides | Default |',
  '| --- | --- | --- |',
  ...Object.entries(parameters).map(([name, parameter]) => {
    const { Description, Default } = Parameter.parse(parameter)
    const shown = Default === undefined ? 'must be given' : Default === '' ? 'empty' : `\`${Default}\``
    return `| \`${name}\` | ${Description.replaceAll('|', '\\|')} | ${shown.replaceAll('|', '\\|')} |`
  }),
  '',
]
