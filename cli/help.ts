/** What `quarterturn --help` says. */
export const HELP = `The command of Quarterturn, a rotation engine for AWS Secrets Manager.

Usage: quarterturn <command> [options]

Commands:
  provider new <name>        write the package of a new provider, which runs as it stands
  provider setup <provider>  print the statements that an admin of rotations needs at a target
  local                      serve Secrets Manager on a port, with rotation, and nothing of AWS behind it

Options:
  -h, --help      show this text, or that of a command: quarterturn provider new --help
  -v, --version   show the version of Quarterturn

Ends with 0 when it worked, 1 when it could not, 2 for words it does not know.
`

/** What `quarterturn provider new --help` says. */
export const PROVIDER_NEW_HELP = `Writes the package of a new provider: what teaches Quarterturn to rotate one more kind of target.

Usage: quarterturn provider new <name> [--into DIR] [--quarterturn FILE]

  <name>               lower-case letters, digits and single hyphens, such as acme or acme-mail;
                       the secret's \`engine\`, and part of the names of the package and the function
  --into DIR           the folder to write, absent or empty. Default: quarterturn-provider-<name>
  --quarterturn FILE   the packed archive of Quarterturn to depend on, such as quarterturn-0.1.0.tgz.
                       Default: this version, from the registry
  -h, --help           show this text

The package rotates the password of a small example API and has everything around it: schema, tests that
rotate under a local Secrets Manager, a Lambda function of its own, a SAM template, a README. Its tests pass
before the first change; then the example's target is replaced by yours, file by file.

Nothing is installed and no existing file is changed.

Example:
  quarterturn provider new acme --quarterturn ./quarterturn-0.1.0.tgz
  cd quarterturn-provider-acme && npm install && npm test
`

/** What `quarterturn provider setup --help` says. */
export const PROVIDER_SETUP_HELP = `Prints the statements that give an admin what it needs to rotate a user, and nothing more. Runs none of them.

Usage: quarterturn provider setup postgres --user NAME [--admin NAME] [--database NAME] [--version N]
       quarterturn provider setup mysql|mariadb --database NAME [--admin NAME] [--host HOST] [--privileges LIST]

  --user NAME         the user that the application signs in as, without the suffix _clone
  --admin NAME        the user of the admin secret. Default: rotation_admin
  --database NAME     the database of the secret; for MySQL and MariaDB the one that the application works in.
                      Default: postgres, or none
  --version N         the version of PostgreSQL, 13 to 18. Default: statements for each, with a remark
  --host HOST         from where the admin signs in, as the server puts it. Default: %
  --privileges LIST   what the application may do in its database. Default: SELECT, INSERT, UPDATE, DELETE
  -h, --help          show this text

Run them as whoever administers the server, on RDS the master user. In psql, \\password asks for the password of
the admin and sends a hash of it; MySQL makes one and shows it. Store it in the admin secret.

Example:
  quarterturn provider setup postgres --user app --database shop --version 17 | tee setup.sql
`
