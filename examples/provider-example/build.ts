/** Bundles the Lambda function into `dist/rotate-example`, the folder that `template.yaml` deploys. */
import { build } from 'esbuild'

await build({
  entryPoints: { index: 'handlers/rotate-example.ts' },
  outdir: 'dist/rotate-example',
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  // What is imported by `import()` is read when it is needed, and not at the start of the function.
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  mainFields: ['module', 'main'],
  // Packages in CommonJS call `require`, which an ES module does not have.
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
  minify: true,
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'none',
  logLevel: 'warning',
})
