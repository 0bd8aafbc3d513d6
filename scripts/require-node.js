// Plain JavaScript, since an older Node cannot load TypeScript and would fail with an error that names the wrong cause.
const MINIMUM = 24

if (Number.parseInt(process.versions.node, 10) < MINIMUM) {
  console.error(
    `Quarterturn needs Node ${MINIMUM} or newer, and this is ${process.versions.node}. ` +
      '`npm ci` installs one for this project, and `npm test` and `npm run` use it.',
  )
  process.exit(1)
}
