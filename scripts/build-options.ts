/** How a Lambda function is bundled. The one place for it: the build, the demo and the templates read it here. */
import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { BuildOptions } from 'esbuild'

export const ROOT = join(import.meta.dirname, '..')

/** The handlers by name, one per function: `rotate-postgres`, … */
export const handlerNames = (): readonly string[] =>
  globSync('*.ts', { cwd: join(ROOT, 'handlers') })
    .map((file) => basename(file, '.ts'))
    .filter((name) => !name.includes('.'))
    .sort()

/** The folder that is a function's whole deployment package; its handler is `index.handler`. */
export const bundleFolder = (name: string, under: string = join(ROOT, 'dist', 'handlers')): string =>
  join(under, name)

export const bundleFile = (name: string, under?: string): string =>
  join(bundleFolder(name, under), 'index.mjs')

/**
 * Options for the function of one handler. Each function is built by itself, so that its package holds its own
 * driver and no other's.
 */
export const bundleOptions = (name: string, under?: string) =>
  ({
    absWorkingDir: ROOT,
    entryPoints: { index: join(ROOT, 'handlers', `${name}.ts`) },
    outdir: bundleFolder(name, under),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    // What is imported by `import()` becomes a file of its own, read when it is needed: the drivers and the tracer
    // are most of the code and none of the start.
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    // The AWS SDK's CommonJS build, which esbuild would take by default, cannot be shaken: 281 KB more.
    mainFields: ['module', 'main'],
    alias: Object.fromEntries(
      ['@aws-sdk/credential-provider-node', 'form-data', 'iconv-lite', 'undici'].map((name) => [
        name,
        join(ROOT, 'scripts', 'stand-ins', `${basename(name)}.ts`),
      ]),
    ),
    // pg, mysql2, jsforce and the tracer are CommonJS and call `require`, which an ES module does not have.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    minify: true,
    // For stack traces in files and lines that exist; NODE_OPTIONS=--enable-source-maps turns them on.
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  }) satisfies BuildOptions
