#!/usr/bin/env bash
# Puts a real MySQL server into a folder of its own, for the tests. Nothing is installed into the system, and no rights are
# needed: Debian's unstable has MySQL, and its packages are unpacked beside their own libraries and loader.
#
#   scripts/install-mysql.sh           about half a minute; does nothing when the server is there and runs
#   QUARTERTURN_MYSQL=FOLDER …         another folder than the default
#
# Default: /opt/quarterturn/mysql for root, since servers run as another account, else ~/.cache/quarterturn/mysql.
set -euo pipefail

if [ "$(id -u)" -eq 0 ]; then default=/opt/quarterturn/mysql; else default=${XDG_CACHE_HOME:-$HOME/.cache}/quarterturn/mysql; fi
folder=${QUARTERTURN_MYSQL:-$default}

runs() { "$1"/usr/lib64/ld-linux-x86-64.so.2 --library-path "$1/usr/lib/x86_64-linux-gnu" "$1/usr/sbin/mysqld" --version; }

if runs "$folder" 2>/dev/null; then exit 0; fi
for command in apt-get dpkg-deb; do
  command -v "$command" >/dev/null || { echo "install-mysql: $command is missing; this needs Debian or a relative of it" >&2; exit 1; }
done
[ "$(dpkg --print-architecture)" = amd64 ] || { echo 'install-mysql: there are packages for amd64 only' >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir -p etc/apt/preferences.d etc/apt/apt.conf.d lists/partial archives/partial unpacked
: >status

# The mirror that this machine uses already; the distribution's key vouches for what comes from it.
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep -m 1 '/debian$' || true)
[ -n "$mirror" ] || { echo 'install-mysql: apt has no Debian mirror' >&2; exit 1; }
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" >etc/apt/sources.list
# A mirror that is a snapshot has a release file past its date; its signature is checked all the same.
cat >apt.conf <<CONF
Dir::Etc "$work/etc/apt";
Dir::State "$work";
Dir::State::lists "$work/lists";
Dir::State::status "$work/status";
Dir::Cache "$work";
Dir::Cache::archives "$work/archives";
Acquire::Check-Valid-Until "false";
APT::Sandbox::User "";
APT::Install-Recommends "false";
CONF
export APT_CONFIG=$work/apt.conf
apt-get update -q
apt-get install -qy --download-only mysql-server-core
# Perl comes along for a maintenance script that no test calls.
for package in archives/*.deb; do
  case $package in archives/perl*) ;; *) dpkg-deb -x "$package" unpacked ;; esac
done
runs unpacked
chmod -R a+rX unpacked
mkdir -p "$(dirname "$folder")"
rm -rf "$folder"
mv unpacked "$folder"
