import { relative } from 'node:path'
import { bundleOptions, ROOT } from '../build-options.ts'

/**
 * How SAM bundles a handler: the options of our own build in SAM's words. SAM hands each property to the command line of
 * esbuild, whose working folder is `handlers/`; bundle, platform and outdir are SAM's.
 */
export function buildProperties(handler: string): object {
  const options = bundleOptions(handler)
  const pairs = (record: Readonly<Record<string, string>>): readonly string[] =>
    Object.entries(record).map(([name, value]) => `${name}=${value}`)
  const alias = Object.entries(options.alias).map(([name, file]): [string, string] => [
    name,
    `../${relative(ROOT, file)}`,
  ])
  return {
    EntryPoints: [`${handler}.ts`],
    // Every package has `index.mjs`, whatever its handler's file is called.
    EntryNames: Object.keys(options.entryPoints)[0],
    ChunkNames: options.chunkNames,
    Target: options.target,
    Format: options.format,
    OutExtension: pairs(options.outExtension),
    Splitting: options.splitting,
    MainFields: options.mainFields.join(','),
    Alias: pairs(Object.fromEntries(alias)),
    Banner: pairs(options.banner),
    Minify: options.minify,
    Sourcemap: options.sourcemap,
    // SAM leaves out what is false; as text it arrives.
    SourcesContent: String(options.sourcesContent),
    LegalComments: options.legalComments,
  }
}
